/** `devteam watch`. */
import { Effect, Option } from "effect"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { sharedOptions } from "./root.ts"

/** See above. */
export const watch = Command.make(
  "watch",
  {
    project: Argument.String("project").pipe(Argument.withDescription("The project's id: acme/shop")),
    url: Flag.String("url").pipe(
      Flag.withDescription("The server (default: the one on the data directory); its token in DEVTEAM_TOKEN"),
      Flag.withMetavar("<url>"),
      Flag.optional
    ),
    after: Flag.String("after").pipe(
      Flag.withDescription("Begin behind this frame (payload.cursor of the last one that you have)"),
      Flag.withMetavar("<cursor>"),
      Flag.optional
    ),
    follow: Flag.Boolean("follow").pipe(
      Flag.withAlias("f"),
      Flag.withDescription("Go on with the executions that follow"),
      Flag.withDefault(false)
    ),
    all: Flag.Boolean("all").pipe(
      Flag.withDescription("Begin with the oldest that is stored, whichever execution it is of"),
      Flag.withDefault(false)
    ),
    logs: Flag.Boolean("logs").pipe(
      Flag.withDescription("Print what agents and builds print, too"),
      Flag.withDefault(false)
    )
  },
  Effect.fnUntraced(function* ({ project, url, after, follow, all, logs }) {
    const { dataDirectory, json } = yield* sharedOptions
    const { watchProject } = yield* Effect.promise(() => import("../watching/watchProject.ts"))
    yield* watchProject({
      projectId: project,
      url: Option.getOrUndefined(url),
      after: Option.getOrUndefined(after),
      follow,
      all,
      logs,
      dataDirectory,
      json
    })
  })
).pipe(
  Command.withDescription(
    "Watch a project on a server: its newest execution, from its beginning to its end. Exit code: as of devteam run"
  ),
  Command.withShortDescription("Watch a project on a server, live")
)
