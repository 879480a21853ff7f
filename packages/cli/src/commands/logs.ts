/** `devteam logs`. */
import { Effect, Option } from "effect"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { findProject } from "../projectArgument.ts"
import { withStores } from "../runtime.ts"
import { projectName } from "./projectName.ts"
import { sharedOptions } from "./root.ts"

/** See above. */
export const logs = Command.make(
  "logs",
  {
    project: projectName,
    follow: Flag.Boolean("follow").pipe(
      Flag.withAlias("f"),
      Flag.withDescription("Go on until the run has ended"),
      Flag.withDefault(false)
    ),
    task: Flag.String("task").pipe(
      Flag.withDescription("Only this task's"),
      Flag.withMetavar("<id>"),
      Flag.optional
    )
  },
  Effect.fnUntraced(function* ({ project, follow, task }) {
    const { dataDirectory, json } = yield* sharedOptions
    const { printLogs } = yield* Effect.promise(() => import("../logs/printLogs.ts"))
    const print = Effect.gen(function* () {
      const { projectId } = yield* findProject(Option.getOrUndefined(project), dataDirectory)
      yield* printLogs({ projectId, follow, taskId: Option.getOrUndefined(task), json })
    })
    yield* withStores(dataDirectory, print)
  })
).pipe(Command.withDescription("Print what agents and builds of the newest run wrote"))
