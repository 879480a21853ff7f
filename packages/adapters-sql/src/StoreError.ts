/**
 * Why a store could not be opened.
 *
 * Only for start-up: once open, each port fails with its own error.
 */
import { Schema } from "effect"

/**
 * `newer_schema`: a newer program has written there. `runtime_too_old`: this Node carries an SQLite that can damage
 * the file. `unavailable`: cannot be reached, created or migrated. The message says what to do.
 */
export class StoreError extends Schema.TaggedError<StoreError>()("StoreError", {
  reason: Schema.Literals(["newer_schema", "runtime_too_old", "unavailable"]),
  message: Schema.String
}) {
  /** Whether the same call may succeed later without anybody changing anything. */
  get retryable(): boolean {
    return this.reason === "unavailable"
  }
}
