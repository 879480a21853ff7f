/** `devteam tasks accept | skip | reopen | done`. */
import type { DecisionKind } from "@devteam/core/model/Decision"
import { Effect, Option } from "effect"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import { projectName } from "./projectName.ts"
import { sharedOptions } from "./root.ts"

const decision = <Name extends DecisionKind>(name: Name, description: string, short: string) =>
  Command.make(
    name,
    {
      task: Argument.String("task").pipe(Argument.withDescription("The task's id in its list")),
      project: projectName
    },
    Effect.fnUntraced(function* ({ task, project }) {
      const shared = yield* sharedOptions
      const { decideTask } = yield* Effect.promise(() => import("../decide/decideTask.ts"))
      yield* decideTask({ decision: name, taskId: task, project: Option.getOrUndefined(project), ...shared })
    })
  ).pipe(Command.withDescription(description), Command.withShortDescription(short))

/** One command for each decision. */
export const decisions = [
  decision(
    "accept",
    "Deliver the change of a held task after all: merged onto the target's head, built again there, pushed",
    "Deliver a held task's change after all"
  ),
  decision(
    "reopen",
    "Forget how a task came out in this run, and have it made again",
    "Have a task made again"
  ),
  decision("skip", "Leave a task as it is in this run; what needs it waits", "Leave a task as it is"),
  decision("done", "Tick a task as it is, in a commit of its own", "Tick a task as it is")
] as const
