/**
 * `node:sqlite`'s exceptions as Effect's SQL errors.
 *
 * Effect classifies by `errno`, `node:sqlite` reports `errcode`; and a duplicate primary key has a code of its own
 * there, while on Postgres it is one more unique violation.
 */
import { SqlError, classifySqliteError } from "effect/sql/SqlError"

/** SQLITE_CONSTRAINT_PRIMARYKEY and SQLITE_CONSTRAINT_ROWID. */
const duplicateKey: ReadonlyArray<unknown> = [1555, 2579]
/** SQLITE_CONSTRAINT_UNIQUE. */
const unique = 2067

/** Turns what was thrown by `operation` into an `SqlError` with the reason that Postgres would give. */
export const toSqlError =
  (operation: string) =>
  (thrown: unknown): SqlError => {
    const cause = thrown instanceof Error ? thrown : new Error(String(thrown))
    const errcode = (cause as { readonly errcode?: unknown }).errcode
    if (typeof errcode === "number") {
      Object.assign(cause, { errno: duplicateKey.includes(errcode) ? unique : errcode })
    }
    return new SqlError({ reason: classifySqliteError(cause, { operation, message: cause.message }) })
  }
