/**
 * The commit of a task as git objects, made again where the cache has lost them.
 *
 * A damaged cache is set aside and cloned anew; then it has what the remote has, and neither a verified tree nor the
 * commit on it. Both follow from the journal and the candidate's patch, to the same names.
 */
import { Effect } from "effect"
import { commitMessage } from "../delivery/CommitMessage.ts"
import type { TaskInHand } from "../execution/State.ts"
import type { Sha } from "../model/Ids.ts"
import type { PreparedCommit } from "../model/Push.ts"
import { identityOf } from "../model/Task.ts"
import type { Verdict } from "../model/Verdict.ts"
import { Repository } from "../ports/Repository.ts"
import { restoreCandidate } from "./candidates.ts"
import { describeErrors, parseOptions, tickIn, untickIn } from "./list.ts"
import { readyOf } from "./ready.ts"
import type { StepContext } from "./Session.ts"
import { StepProblem } from "./StepError.ts"

const problem = (reason: string, message: string) =>
  new StepProblem({ kind: "infrastructure", reason, message })

/** The tree that would be pushed: the candidate with its task ticked, or open again where its commit is taken back. */
export const tickedTree = Effect.fnUntraced(function* (context: StepContext, task: TaskInHand, tree: Sha) {
  const repository = yield* Repository
  const { state, session } = context
  const { taskList } = yield* readyOf(state)
  const options = parseOptions(state, taskList)
  if (task.order?._tag === "Undo") {
    const list = yield* untickIn(session.repository, task.baseTree, identityOf(task.task), {
      commit: task.order.commit,
      options
    })
    if (list._tag === "Unticked") {
      return yield* repository.withFile(session.repository, tree, taskList, list.bytes)
    }
    const why = list._tag === "Invalid" ? describeErrors(list.diagnostics) : list._tag
    return yield* problem("untick", `Task ${task.task.id} cannot be made open again in ${taskList}: ${why}`)
  }
  const tick = yield* tickIn(session.repository, task.baseTree, identityOf(task.task), options)
  if (tick._tag === "Ticked")
    return yield* repository.withFile(session.repository, tree, taskList, tick.bytes)
  return yield* problem("tick", `Task ${task.task.id} can no longer be ticked in ${taskList} (${tick._tag}).`)
})

/** Whether the cache has a commit or a tree. */
const isThere = Effect.fnUntraced(function* ({ session }: StepContext, object: Sha) {
  const repository = yield* Repository
  return (yield* Effect.option(repository.treeOf(session.repository, object)))._tag === "Some"
})

const ensureVerifiedTree = Effect.fnUntraced(function* (
  context: StepContext,
  task: TaskInHand,
  { verifiedTree }: Verdict
) {
  if (yield* isThere(context, verifiedTree)) return
  if (task.candidate === undefined) return yield* problem("no_candidate", "There is no candidate.")
  yield* restoreCandidate(context, task.candidate, task.baseTree)
  const made = yield* tickedTree(context, task, task.candidate.tree)
  if (made === verifiedTree) return
  return yield* problem(
    "corrupt",
    `The candidate of ${task.task.id} gives ${made}, and ${verifiedTree} was verified.`
  )
})

/**
 * Makes the commit of a verified candidate on `parent`, which is the base that it was verified on. `creates`: the branch
 * that it goes to does not exist yet.
 */
export const makeCommit = Effect.fnUntraced(function* (
  context: StepContext,
  task: TaskInHand,
  verdict: Verdict,
  parent: Sha,
  creates: boolean
) {
  const repository = yield* Repository
  const { state, session } = context
  yield* ensureVerifiedTree(context, task, verdict)
  const message = commitMessage({
    task: task.task,
    executionId: state.executionId,
    eventId: state.eventId,
    base: parent,
    verdict,
    undo: task.order?._tag === "Undo"
  })
  const commit = yield* repository.commit(session.repository, {
    tree: verdict.verifiedTree,
    parent,
    message: session.redactor.text(message),
    identity: state.settings.identity,
    authoredAt: task.candidateAt ?? state.startedAt
  })
  const common: PreparedCommit = { commit, parent, tree: verdict.verifiedTree }
  const prepared: PreparedCommit = creates ? { ...common, creates } : common
  return prepared
})

/** Makes sure that the cache has a prepared commit. */
export const ensureCommit = Effect.fnUntraced(function* (
  context: StepContext,
  task: TaskInHand,
  prepared: PreparedCommit
) {
  if ((yield* isThere(context, prepared.commit)) || task.verdict === undefined) return
  const { commit } = yield* makeCommit(
    context,
    task,
    task.verdict,
    prepared.parent,
    prepared.creates === true
  )
  if (commit === prepared.commit) return
  return yield* problem(
    "corrupt",
    `The commit of ${task.task.id} was made again as ${commit} instead of ${prepared.commit}.`
  )
})
