/** `devteam undo`. */
import { Effect, Option } from "effect"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import { projectName } from "./projectName.ts"
import { sharedOptions } from "./root.ts"

/** See above. */
export const undo = Command.make(
  "undo",
  {
    task: Argument.String("task").pipe(Argument.withDescription("The id of a task that a run has completed")),
    project: projectName
  },
  Effect.fnUntraced(function* ({ task, project }) {
    const shared = yield* sharedOptions
    const { undoTask } = yield* Effect.promise(() => import("../decide/undoTask.ts"))
    yield* undoTask({ taskId: task, project: Option.getOrUndefined(project), ...shared })
  })
).pipe(
  Command.withDescription(
    "Take a completed task's commit back: reverted on the target's head, built there, pushed; the task is open again"
  ),
  Command.withShortDescription("Take a completed task's commit back")
)
