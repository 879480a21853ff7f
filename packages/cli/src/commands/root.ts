/**
 * `devteam` itself: the options that every command has.
 */
import { Effect, Option } from "effect"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { dataDirectory } from "../dataDirectory.ts"
import { Invocation } from "../Invocation.ts"

/** The command without its subcommands. */
export const root = Command.make("devteam").pipe(
  Command.withDescription(
    "Lets a coding agent work through a repository's task list: build, merge, push, tick."
  ),
  Command.withSharedFlags({
    data: Flag.String("data").pipe(
      Flag.withMetavar("<directory>"),
      Flag.withDescription("Data directory (default: $DEVTEAM_DATA, else ~/.local/share/devteam)"),
      Flag.optional
    ),
    json: Flag.Boolean("json").pipe(
      Flag.withDescription("Data on stdout as JSON; streams as one JSON object a line"),
      Flag.withDefault(false)
    )
  })
)

/** What the shared options come to. */
export const sharedOptions = Effect.gen(function* () {
  const { data, json } = yield* root
  const { cwd, environment } = yield* Invocation
  return { json, dataDirectory: dataDirectory(Option.getOrUndefined(data), cwd, environment) }
})
