/** `devteam backup`. */
import { Effect } from "effect"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import { sharedOptions } from "./root.ts"

/** See above. */
export const backup = Command.make(
  "backup",
  {
    destination: Argument.String("destination").pipe(
      Argument.withDescription("A new file, or a folder that gets a file named by the time")
    )
  },
  Effect.fnUntraced(function* ({ destination }) {
    const shared = yield* sharedOptions
    const { backUp } = yield* Effect.promise(() => import("../database/backup.ts"))
    yield* backUp({ destination, ...shared })
  })
).pipe(
  Command.withDescription(
    "Copy everything that counts in the data directory into one file, also while it is in use; says how to restore it"
  ),
  Command.withShortDescription("Back up the data directory, also while it is in use")
)
