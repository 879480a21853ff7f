/**
 * The rows of an embedded database, read past the code under test: through a connection of its own, read-only.
 */
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { Schema } from "effect"

const Row = Schema.Struct({
  executionId: Schema.String,
  projectId: Schema.String,
  status: Schema.String,
  version: Schema.Int
})
const RecordRow = Schema.Struct({ seq: Schema.Int, at: Schema.Int, epoch: Schema.Int, event: Schema.String })
const LeaseRow = Schema.Struct({
  projectId: Schema.String,
  epoch: Schema.Int,
  owner: Schema.NullOr(Schema.String),
  expiresAt: Schema.Int,
  frameSeq: Schema.Int
})
const FrameRow = Schema.Struct({ projectId: Schema.String, seq: Schema.Int })

const rows = <S extends Schema.Decoder<unknown>>(
  schema: S,
  found: ReadonlyArray<unknown>
): ReadonlyArray<S["Type"]> => Schema.decodeUnknownSync(Schema.Array(schema))(found)

/** An execution's row with its journal; each event is JSON text. */
export type StoredExecution = typeof Row.Type & { readonly records: ReadonlyArray<typeof RecordRow.Type> }

/** What a database holds. Frame numbers are by project, in their order. */
export interface DatabaseContents {
  readonly instance: string
  /** The database's clock, in epoch ms. */
  readonly now: number
  /** What SQLite's own integrity check complains about. */
  readonly integrity: ReadonlyArray<string>
  readonly executions: ReadonlyArray<StoredExecution>
  readonly leases: ReadonlyArray<typeof LeaseRow.Type>
  readonly frames: ReadonlyMap<string, ReadonlyArray<number>>
}

/** Reads the database of a data directory: everything, or one project's rows. */
export const readDatabase = (dataDirectory: string, projectId?: string): DatabaseContents => {
  const database = new DatabaseSync(join(dataDirectory, "devteam.sqlite"), { readOnly: true, timeout: 5_000 })
  try {
    const all = (sql: string, ...values: ReadonlyArray<string>) => database.prepare(sql).all(...values)
    const only = projectId === undefined ? "" : "WHERE project_id = ?"
    const values = projectId === undefined ? [] : [projectId]
    const [identity] = rows(
      Schema.Struct({ instance: Schema.String, now: Schema.Int }),
      all("SELECT instance, CAST(unixepoch('subsec') * 1000 AS integer) AS now FROM database_identity")
    )
    if (identity === undefined) throw new Error(`${dataDirectory} has no identity`)
    const executions = rows(
      Row,
      all(
        `SELECT execution_id AS executionId, project_id AS projectId, status, version FROM execution ${only} ORDER BY ordinal`,
        ...values
      )
    )
    const frames = rows(
      FrameRow,
      all(`SELECT project_id AS projectId, seq FROM frame ${only} ORDER BY project_id, seq`, ...values)
    )
    return {
      ...identity,
      integrity: all("PRAGMA integrity_check")
        .map((row) => String(row["integrity_check"]))
        .filter((text) => text !== "ok"),
      executions: executions.map((row) => ({
        ...row,
        records: rows(
          RecordRow,
          all(
            "SELECT seq, at, epoch, event FROM journal WHERE execution_id = ? ORDER BY seq",
            row.executionId
          )
        )
      })),
      leases: rows(
        LeaseRow,
        all(
          `SELECT project_id AS projectId, epoch, owner, expires_at AS expiresAt, frame_seq AS frameSeq FROM lease ${only}`,
          ...values
        )
      ),
      frames: new Map(
        [...Map.groupBy(frames, (row) => row.projectId)].map(([id, found]) => [
          id,
          found.map(({ seq }) => seq)
        ])
      )
    }
  } finally {
    database.close()
  }
}
