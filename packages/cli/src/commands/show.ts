/** `devteam show`. */
import { Effect, Option } from "effect"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { findProject } from "../projectArgument.ts"
import { withStores } from "../runtime.ts"
import { sharedOptions } from "./root.ts"

/** See above. */
export const show = Command.make(
  "show",
  {
    task: Argument.String("task").pipe(Argument.withDescription("The task's id in its list")),
    project: Flag.String("project").pipe(
      Flag.withDescription("The project's id or repository (default: the one here, or the only one)"),
      Flag.withMetavar("<id>"),
      Flag.optional
    ),
    round: Flag.Int("round").pipe(
      Flag.withDescription("Only this round (default: all)"),
      Flag.withMetavar("<n>"),
      Flag.optional
    )
  },
  Effect.fnUntraced(function* ({ task, project, round }) {
    const { dataDirectory, json } = yield* sharedOptions
    const { showTask } = yield* Effect.promise(() => import("../show/showTask.ts"))
    const print = Effect.gen(function* () {
      const { projectId } = yield* findProject(Option.getOrUndefined(project), dataDirectory)
      yield* showTask({ projectId, taskId: task, round: Option.getOrUndefined(round), json })
    })
    yield* withStores(dataDirectory, print)
  })
).pipe(Command.withDescription("Show what was done for a task: prompt, agent output, diff, builds, commit"))
