/**
 * `devteam migrate`: brings the database of a data directory to this program's schema, or says how it stands.
 *
 * Every other command that opens the database migrates it, too; this one does nothing else.
 */
import { embeddedDatabase, embeddedSchema } from "@devteam/runner/layers/database"
import { Effect } from "effect"
import { environmentError, ExitWith, exitCodes } from "../ExitWith.ts"
import { Invocation } from "../Invocation.ts"
import { withStores } from "../runtime.ts"

interface SchemaOptions {
  readonly dataDirectory: string
  readonly json: boolean
}

const named = (migrations: ReadonlyArray<{ readonly id: number; readonly name: string }>): string =>
  migrations.map(({ id, name }) => `${id} ${name}`).join(", ")

/** Says which schema there is and which one is known: 0 when they are the same, 1 when something is pending. */
export const showSchema = Effect.fn("showSchema")(function* ({ dataDirectory, json }: SchemaOptions) {
  const { output } = yield* Invocation
  const database = embeddedDatabase(dataDirectory)
  const state = yield* embeddedSchema(dataDirectory)
  const { version, known, pending, newer } = state
  if (json) output.document({ database, ...state })
  else {
    output.data(`database  ${database}`)
    output.data(`schema    ${version === 0 ? "none yet" : version}; this program knows ${known}`)
    output.data(`pending   ${pending.length === 0 ? "nothing" : named(pending)}`)
  }
  if (newer) {
    return yield* environmentError(
      `A newer version of devteam has used ${database}. Update devteam, restore the backup of before that, or name another data directory with --data.`
    )
  }
  if (pending.length > 0) yield* new ExitWith({ code: exitCodes.tasksLeft, message: "" })
})

/** Migrates. Fails, and has changed nothing, where a newer version has used the database. */
export const migrateSchema = Effect.fn("migrateSchema")(function* ({ dataDirectory, json }: SchemaOptions) {
  const { output } = yield* Invocation
  const database = embeddedDatabase(dataDirectory)
  const { version: before, pending } = yield* embeddedSchema(dataDirectory)
  yield* withStores(dataDirectory, Effect.void)
  const { version } = yield* embeddedSchema(dataDirectory)
  if (json) return output.document({ database, before, version, applied: pending })
  output.data(
    pending.length === 0
      ? `${database} has schema ${version} already.`
      : `${database} ${before === 0 ? "is new, with" : `had schema ${before} and has`} schema ${version} now: ${named(pending)}.`
  )
})
