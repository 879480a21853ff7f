/**
 * The journals of a data directory, decoded, in the order in which their executions began.
 */
import { Event, type JournalRecord } from "@devteam/core/execution/Event"
import { Schema } from "effect"
import { readDatabase } from "./databaseContents.ts"

const decode = Schema.decodeUnknownSync(Schema.fromJsonString(Event))

/** An execution with its decoded journal. */
export interface Recorded {
  readonly executionId: string
  readonly status: string
  readonly records: ReadonlyArray<JournalRecord>
}

/** Reads a project's executions, the oldest first. */
export const journalsOf = (dataDirectory: string, projectId?: string): ReadonlyArray<Recorded> =>
  readDatabase(dataDirectory, projectId).executions.map(({ executionId, status, records }) => ({
    executionId,
    status,
    records: records.map((record) => ({ ...record, event: decode(record.event) }))
  }))
