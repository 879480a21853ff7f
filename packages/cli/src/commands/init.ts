/** `devteam init`. */
import { Effect } from "effect"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { sharedOptions } from "./root.ts"

/** See above. */
export const init = Command.make(
  "init",
  {
    folder: Argument.String("folder").pipe(
      Argument.withDescription("A folder of your clone (default: this one)"),
      Argument.withDefault(".")
    ),
    force: Flag.Boolean("force").pipe(
      Flag.withDescription("Replace the files where they are there already"),
      Flag.withDefault(false)
    )
  },
  Effect.fnUntraced(function* ({ folder, force }) {
    const { json } = yield* sharedOptions
    const { initProject } = yield* Effect.promise(() => import("../init/initProject.ts"))
    yield* initProject({ folder, force, json })
  })
).pipe(
  Command.withDescription(
    "Write .devteam/project.yaml and the prompt's template into your clone, for you to review and commit"
  ),
  Command.withShortDescription("Write the project's own settings and prompt, to review and commit")
)
