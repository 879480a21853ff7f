/**
 * The name under which everything that one call of the command causes stands in logs and frames.
 */
import { randomUUID } from "node:crypto"
import { CorrelationId } from "@devteam/core/model/Ids"
import { Effect } from "effect"

/** A new one. */
export const newCorrelationId = Effect.sync(() => CorrelationId.make(randomUUID()))
