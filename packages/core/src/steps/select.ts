/**
 * SELECT: fetches, reads the list at the target's head, and picks the next task.
 *
 * What is done is what the list says there, not what this execution remembers.
 */
import { Effect, Option } from "effect"
import type { Report, Selection } from "../execution/Command.ts"
import type { Execution, Ready } from "../execution/State.ts"
import { Failpoints } from "../ports/Failpoints.ts"
import { Repository } from "../ports/Repository.ts"
import { identityKey } from "../tasks/identity.ts"
import { type Exclusion, select as selectTask } from "../tasks/select.ts"
import { makeGraph } from "../tasks/TaskGraph.ts"
import { TaskId } from "../model/Ids.ts"
import { describeErrors, parseOptions, readList, totalsOf } from "./list.ts"
import type { StepContext } from "./Session.ts"
import { StepProblem } from "./StepError.ts"

/** What INITIALIZE found; every later step needs it. */
export const readyOf = (state: Execution): Effect.Effect<Ready, StepProblem> =>
  state.ready === undefined
    ? Effect.fail(
        new StepProblem({
          kind: "permanent",
          reason: "not_initialized",
          error: "environment",
          message: "The execution was never initialized."
        })
      )
    : Effect.succeed(state.ready)

/** Tasks that this execution does not take again; a superseded one is looked at anew. */
const exclusions = (state: Execution): ReadonlyMap<string, Exclusion> =>
  new Map(
    state.outcomes.flatMap(({ taskId, normalizedTitle, outcome }) =>
      outcome === "failed" || outcome === "held"
        ? [[identityKey({ id: TaskId.make(taskId), normalizedTitle }), outcome] as const]
        : []
    )
  )

const selection = Effect.fnUntraced(function* ({ state, session }: StepContext) {
  const failpoint = yield* Failpoints
  const repository = yield* Repository
  const ready = yield* readyOf(state)
  const head = yield* repository.fetchHead(session.repository, ready.target)
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
  const selected = selectTask(graph, { scope: state.scope, excluded: exclusions(state) })
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
        return { _tag: "NothingRunnable", blocked: selected.blocked }
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
