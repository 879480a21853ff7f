/** `devteam doctor`. */
import { Effect, Option } from "effect"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import { sharedOptions } from "./root.ts"

/** See above. */
export const doctor = Command.make(
  "doctor",
  {
    repository: Argument.String("repository").pipe(
      Argument.withDescription("Also look whether this repository can be read and pushed to"),
      Argument.optional
    )
  },
  Effect.fnUntraced(function* ({ repository }) {
    const shared = yield* sharedOptions
    const { examine } = yield* Effect.promise(() => import("../doctor/examine.ts"))
    yield* examine({ repository: Option.getOrUndefined(repository), ...shared })
  })
).pipe(Command.withDescription("Look whether everything is there that a run needs"))
