/** `devteam migrate`. */
import { Effect } from "effect"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { sharedOptions } from "./root.ts"

/** See above. */
export const migrate = Command.make(
  "migrate",
  {
    status: Flag.Boolean("status").pipe(
      Flag.withDescription("Change nothing; say how it stands. Exit 0: up to date, 1: pending, 5: newer"),
      Flag.withDefault(false)
    )
  },
  Effect.fnUntraced(function* ({ status }) {
    const shared = yield* sharedOptions
    const { migrateSchema, showSchema } = yield* Effect.promise(() => import("../database/schema.ts"))
    yield* status ? showSchema(shared) : migrateSchema(shared)
  })
).pipe(Command.withDescription("Bring the database to this version's schema, as every start does"))
