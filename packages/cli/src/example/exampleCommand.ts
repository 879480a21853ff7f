/** `devteam example`. */
import { Effect, Option } from "effect"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { root } from "../commands/root.ts"
import { usageError } from "../ExitWith.ts"

/** See `runExample.ts`. */
export const example = Command.make(
  "example",
  {
    directory: Flag.Directory("in").pipe(
      Flag.withDescription("A new or empty folder to make it in (default: a new one for temporary files)"),
      Flag.optional
    )
  },
  Effect.fnUntraced(function* ({ directory }) {
    const { data, json } = yield* root
    if (Option.isSome(data)) {
      return yield* usageError(
        "The example keeps its data directory in its own folder: name that one with --in."
      )
    }
    const { runExample } = yield* Effect.promise(() => import("./runExample.ts"))
    yield* runExample({ directory: Option.getOrUndefined(directory), json })
  })
).pipe(
  Command.withDescription(
    "Try everything on a sample project with its own remote, without a model or a network"
  )
)
