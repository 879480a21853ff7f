/**
 * A person's decision on a task: put to the active execution, or, for a change that an ended one kept, the start of an
 * execution that delivers just this.
 *
 * Nothing is delivered here; whoever takes the project's lease goes on.
 */
import { Effect, Option } from "effect"
import { notLegal, notPossible } from "../execution/Rejection.ts"
import type { Execution, TaskOutcome } from "../execution/State.ts"
import type { DecisionKind, Ordered } from "../model/Decision.ts"
import type { CorrelationId, ProjectId } from "../model/Ids.ts"
import type { BoundTo } from "../model/Settings.ts"
import { Journal } from "../ports/Journal.ts"
import { normalizeTitle } from "../tasks/identity.ts"
import { workflowId } from "../workflows/Workflow.ts"
import { isActive } from "./accept.ts"
import { request } from "./request.ts"
import { newestOf, start } from "./start.ts"
import { RequestRejected } from "./submit.ts"

/** A decision. `title` is the task's, as the list has it. */
export interface TaskDecision {
  readonly decision: DecisionKind
  readonly taskId: string
  readonly title: string
  readonly by: string
  /** For an execution that is started by it. */
  readonly boundTo: BoundTo
  readonly correlationId: CorrelationId
}

/** What became of it. */
export type DecidedOnTask =
  | { readonly _tag: "Submitted"; readonly after: Execution; readonly changed: boolean }
  | { readonly _tag: "Started"; readonly execution: Execution }

const mostExecutions = 50

/** How a task came out last, and in which execution: the newest one that says anything of it. */
export const lastOutcome = Effect.fnUntraced(function* (projectId: ProjectId, taskId: string) {
  const journal = yield* Journal
  for (const { executionId } of yield* journal.list({ projectId, limit: mostExecutions })) {
    const execution = yield* journal.load(executionId)
    const outcome = execution.outcomes.find((known) => known.taskId === taskId)
    if (outcome !== undefined) return Option.some({ execution, outcome })
  }
  return Option.none<{ readonly execution: Execution; readonly outcome: TaskOutcome }>()
})

/** A task's title as the executions have it; none where none of them met it. */
export const knownTitle = Effect.fnUntraced(function* (newest: Execution, taskId: string) {
  if (newest.inHand?.task.id === taskId) return Option.some<string>(newest.inHand.task.title)
  return Option.map(yield* lastOutcome(newest.projectId, taskId), ({ outcome }) => outcome.title)
})

/** Starts an execution of one order alone, with the settings of the one that it follows. */
export const startOrder = Effect.fnUntraced(function* (
  follows: Execution,
  order: Ordered,
  { boundTo, correlationId, by }: Pick<TaskDecision, "boundTo" | "correlationId" | "by">
) {
  const { untilTask: _u, maxTasks: _m, ...settings } = follows.settings
  return yield* start({
    projectId: follows.projectId,
    settings,
    scope: { _tag: "Tasks", ids: [order.taskId] },
    boundTo,
    correlationId,
    workflow: workflowId(follows.workflow),
    userId: by,
    ordered: [order]
  })
})

const orderOf = ({
  execution,
  outcome
}: {
  readonly execution: Execution
  readonly outcome: TaskOutcome
}) => {
  const { taskId, title, candidate } = outcome
  const order: Ordered =
    candidate === undefined
      ? { _tag: "Done", taskId, title }
      : {
          _tag: "Accept",
          taskId,
          title,
          candidate: { ...candidate, executionId: candidate.executionId ?? execution.executionId }
        }
  return order
}

/** Decides on a task. Fails with `RequestRejected` where the lifecycle or the task's fate does not allow it. */
export const decideOnTask = Effect.fn("Worker.decideOnTask")(function* (
  projectId: ProjectId,
  decision: TaskDecision
) {
  const newest = yield* newestOf(projectId)
  if (newest === undefined) {
    return yield* new RequestRejected({ rejection: notLegal(decision.decision, "none") })
  }
  const { status } = newest
  const known = yield* lastOutcome(projectId, decision.taskId)
  const isKept =
    Option.isSome(known) &&
    known.value.outcome.outcome === "held" &&
    (known.value.outcome.candidate !== undefined || known.value.outcome.reason === "nothing_to_do")
  if (decision.decision === "accept" && !isActive(newest)) {
    if (!isKept) {
      const message = `No change of task ${decision.taskId} is kept that could be accepted: only a held task has one.`
      return yield* new RequestRejected({ rejection: notPossible("accept", status, message) })
    }
    const execution = yield* startOrder(known.value.execution, orderOf(known.value), decision)
    return { _tag: "Started", execution } satisfies DecidedOnTask
  }
  const { after, changed } = yield* request(projectId, {
    _tag: "Decide",
    decision: decision.decision,
    taskId: decision.taskId,
    title: decision.title,
    normalizedTitle: normalizeTitle(decision.title),
    by: decision.by
  })
  return { _tag: "Submitted", after, changed } satisfies DecidedOnTask
})
