/** `devteam clean`. */
import { Effect, Option } from "effect"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { sharedOptions } from "./root.ts"

/** See above. */
export const clean = Command.make(
  "clean",
  {
    project: Argument.String("project").pipe(
      Argument.withDescription("Only what is this project's: its id or repository (default: everything)"),
      Argument.optional
    ),
    cache: Flag.Boolean("cache").pipe(
      Flag.withDescription("Also the copies of repositories; the next run fetches them anew"),
      Flag.withDefault(false)
    ),
    yes: Flag.Boolean("yes").pipe(
      Flag.withAlias("y"),
      Flag.withDescription("Remove without asking"),
      Flag.withDefault(false)
    )
  },
  Effect.fnUntraced(function* ({ project, cache, yes }) {
    const shared = yield* sharedOptions
    const { cleanUp } = yield* Effect.promise(() => import("../clean/cleanUp.ts"))
    yield* cleanUp({ project: Option.getOrUndefined(project), cache, yes, ...shared })
  })
).pipe(
  Command.withDescription(
    "Remove what ended runs left in the data directory: checkouts and sandbox homes. Shows it and asks; journals, logs and artifacts stay"
  ),
  Command.withShortDescription("Remove what ended runs left in the data directory")
)
