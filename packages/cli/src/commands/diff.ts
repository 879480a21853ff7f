/** `devteam diff`. */
import { Effect, Option } from "effect"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { findProject } from "../projectArgument.ts"
import { withStores } from "../runtime.ts"
import { projectName } from "./projectName.ts"
import { sharedOptions } from "./root.ts"

/** See above. */
export const diff = Command.make(
  "diff",
  {
    task: Argument.String("task").pipe(Argument.withDescription("The task's id in its list")),
    project: projectName,
    round: Flag.Int("round").pipe(
      Flag.withDescription("That of this round (default: the newest)"),
      Flag.withMetavar("<n>"),
      Flag.optional
    )
  },
  Effect.fnUntraced(function* ({ task, project, round }) {
    const { dataDirectory, json } = yield* sharedOptions
    const { diffTask } = yield* Effect.promise(() => import("../show/diffTask.ts"))
    const print = Effect.gen(function* () {
      const { projectId } = yield* findProject(Option.getOrUndefined(project), dataDirectory)
      yield* diffTask({ projectId, taskId: task, round: Option.getOrUndefined(round), json })
    })
    yield* withStores(dataDirectory, print)
  })
).pipe(Command.withDescription("Print what the agent changed for a task, also when it was not delivered"))
