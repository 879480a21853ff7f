/**
 * SELECT: fetches, reads the list at the target's head, and picks the next task.
 *
 * What is done is what the list says there, not what this execution remembers.
 */
import { Effect, Option } from "effect"
import type { Report, Selection } from "../execution/Command.ts"
import type { Execution, TaskOutcome } from "../execution/State.ts"
import { Failpoints } from "../ports/Failpoints.ts"
import { identityOf } from "../model/Task.ts"
import { identityKey } from "../tasks/identity.ts"
import { type Exclusion, select as selectTask } from "../tasks/select.ts"
import { tasksInScope } from "../tasks/scope.ts"
import { makeGraph, type TaskGraph } from "../tasks/TaskGraph.ts"
import { TaskId } from "../model/Ids.ts"
import { describeErrors, parseOptions, readList, totalsOf } from "./list.ts"
import { selectOrdered } from "./orders.ts"
import { readyOf } from "./ready.ts"
import type { StepContext } from "./Session.ts"
import { targetHead } from "./targetHead.ts"

const excludedBy: Partial<Record<TaskOutcome["outcome"], Exclusion>> = {
  failed: "failed",
  held: "held",
  skipped: "skipped",
  undone: "skipped"
}

/** Tasks that this execution does not take (again); a superseded one is looked at anew. */
const exclusions = ({ outcomes, settings }: Execution, graph: TaskGraph): ReadonlyMap<string, Exclusion> => {
  const known = settings.skip.filter((id) => graph.byId.has(id) || graph.groups.has(id))
  const scoped = tasksInScope(graph, { _tag: "Tasks", ids: known })
  const left = scoped._tag === "Scoped" ? scoped.tasks : []
  return new Map([
    ...left.map((task) => [identityKey(identityOf(task)), "skipped"] as const),
    ...outcomes.flatMap(({ taskId, normalizedTitle, outcome }) => {
      const exclusion = excludedBy[outcome]
      const key = identityKey({ id: TaskId.make(taskId), normalizedTitle })
      return exclusion === undefined ? [] : [[key, exclusion] as const]
    })
  ])
}

const selection = Effect.fnUntraced(function* (context: StepContext) {
  const { state, session } = context
  const failpoint = yield* Failpoints
  const ready = yield* readyOf(state)
  const { head } = yield* targetHead(session.repository, ready)
  yield* failpoint("SELECT:effect")
  const list = yield* readList(session.repository, head.tree, parseOptions(state, ready.taskList))
  if (Option.isNone(list)) {
    return {
      _tag: "ListMissing",
      message: `${ready.taskList} is gone from ${ready.target}.`
    } satisfies Selection
  }
  const { document, errors, blob } = list.value
  if (errors.length > 0) return { _tag: "ListInvalid", message: describeErrors(errors) } satisfies Selection
  const totals = totalsOf(state, list.value)
  const graph = makeGraph(document.tasks, document.containers)
  const [order] = state.ordered
  if (order !== undefined) {
    return yield* selectOrdered(context, order, { head, graph, rest: { listBlob: blob, totals } })
  }
  const selected = selectTask(graph, { scope: state.scope, excluded: exclusions(state, graph) })
  const result: Selection = ((): Selection => {
    switch (selected._tag) {
      case "Selected":
        return {
          _tag: "Selected",
          task: selected.task,
          base: head.commit,
          baseTree: head.tree,
          listBlob: blob,
          totals
        }
      case "AllDone":
        return { _tag: "AllDone", totals }
      case "NothingRunnable":
        return {
          _tag: "NothingRunnable",
          blocked: selected.blocked.map(({ id, by }) => {
            const title = graph.byId.get(id)?.title
            return title === undefined ? { id, by } : { id, title, by }
          })
        }
      case "NoTasks":
        return { _tag: "NoTasks", message: `${ready.taskList} has no tasks.` }
      case "UnknownTask":
        return { _tag: "UnknownTask", message: `${ready.taskList} has no task ${selected.id}.` }
    }
  })()
  return result
})

/** Runs SELECT. */
export const select = Effect.fn("Step.select")(function* (context: StepContext) {
  const report: Report = { _tag: "FinishSelect", selection: yield* selection(context) }
  return report
})
