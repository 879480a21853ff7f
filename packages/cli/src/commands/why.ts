/** `devteam why`. */
import { Effect, Option } from "effect"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import { projectName } from "./projectName.ts"
import { sharedOptions } from "./root.ts"

/** See above. */
export const why = Command.make(
  "why",
  {
    task: Argument.String("task").pipe(Argument.withDescription("The task's id in its list")),
    project: projectName
  },
  Effect.fnUntraced(function* ({ task, project }) {
    const shared = yield* sharedOptions
    const { printWhy } = yield* Effect.promise(() => import("../why/printWhy.ts"))
    yield* printWhy({ taskId: task, project: Option.getOrUndefined(project), ...shared })
  })
).pipe(Command.withDescription("Say why a task is not done, and what to do about it"))
