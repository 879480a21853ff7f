/**
 * MERGE: one commit on the target's head, or the change moved onto a head that moved.
 *
 * Looks for the task's line in the list of that head first: what people did meanwhile comes before what we did. A
 * moved change is never committed here; it is verified again first.
 */
import { Clock, Effect, Result } from "effect"
import type { Merging, Report } from "../execution/Command.ts"
import type { Ready, TaskInHand } from "../execution/State.ts"
import type { Candidate } from "../model/Candidate.ts"
import { identityOf } from "../model/Task.ts"
import type { Verdict } from "../model/Verdict.ts"
import { Failpoints } from "../ports/Failpoints.ts"
import { type Head, Repository, type RepositoryError } from "../ports/Repository.ts"
import { putText } from "./artifacts.ts"
import { restoreCandidate, storeCandidate } from "./candidates.ts"
import { makeCommit } from "./commitObject.ts"
import { describeErrors, formatDiagnostic, parseOptions, tickIn, untickIn } from "./list.ts"
import { taskOf } from "./prep.ts"
import { readyOf } from "./ready.ts"
import type { StepContext } from "./Session.ts"
import { StepProblem } from "./StepError.ts"
import { type TargetHead, targetHead } from "./targetHead.ts"

/** What the list at a head says against going on, or nothing. */
const objection = Effect.fnUntraced(function* (context: StepContext, task: TaskInHand, head: Head) {
  const { state, session } = context
  const { taskList } = yield* readyOf(state)
  const identity = identityOf(task.task)
  const options = parseOptions(state, taskList)
  const change =
    task.order?._tag === "Undo"
      ? yield* untickIn(session.repository, head.tree, identity, { commit: task.order.commit, options })
      : yield* tickIn(session.repository, head.tree, identity, options)
  const { id } = task.task
  switch (change._tag) {
    case "Ticked":
    case "Unticked":
      return undefined
    case "AlreadyDone":
      return { _tag: "Superseded", message: `Somebody else ticked ${id} in ${taskList}.` } satisfies Merging
    case "AlreadyOpen":
      return { _tag: "Superseded", message: `${id} is open again in ${taskList}.` } satisfies Merging
    case "Gone":
      return {
        _tag: "Superseded",
        message: `${id} was removed or retitled in ${taskList}.`
      } satisfies Merging
    case "Missing":
      return { _tag: "Superseded", message: `${taskList} is gone.` } satisfies Merging
    case "Invalid": {
      const errors = change.diagnostics.filter(({ severity }) => severity === "error")
      const message =
        errors.length > 0 ? describeErrors(errors) : change.diagnostics.map(formatDiagnostic).join("\n")
      return { _tag: "ListInvalid", message } satisfies Merging
    }
  }
})

const commitOn = Effect.fnUntraced(function* (
  context: StepContext,
  task: TaskInHand,
  verdict: Verdict,
  { head, creates }: TargetHead
) {
  const commit = yield* makeCommit(context, task, verdict, head.commit, creates)
  return { _tag: "Committed", commit } satisfies Merging
})

const moveOnto = Effect.fnUntraced(function* (
  context: StepContext,
  task: TaskInHand,
  candidate: Candidate,
  head: Head
) {
  const started = yield* Clock.currentTimeMillis
  const repository = yield* Repository
  const { repository: ref } = context.session
  yield* restoreCandidate(context, candidate, task.baseTree)
  const merged = yield* repository.mergeTrees(ref, {
    base: task.baseTree,
    ours: head.tree,
    theirs: candidate.tree
  })
  if (merged._tag === "Conflict") {
    const log = yield* putText(context, "conflict.txt", merged.details)
    const { files } = merged
    const conflict: Merging = {
      _tag: "Conflict",
      base: head.commit,
      baseTree: head.tree,
      files,
      log: log.key
    }
    return conflict
  }
  const moved = yield* storeCandidate(context, {
    base: head.commit,
    tree: merged.tree,
    patch: yield* repository.diff(ref, head.tree, merged.tree),
    filesModified: yield* repository.changedPaths(ref, head.tree, merged.tree)
  })
  const durationMs = (yield* Clock.currentTimeMillis) - started
  return { _tag: "Rebased", candidate: moved, baseTree: head.tree, durationMs } satisfies Merging
})

const mergeOnto = Effect.fnUntraced(function* (
  context: StepContext,
  task: TaskInHand,
  candidate: Candidate,
  target: TargetHead
) {
  const { head } = target
  const against = yield* objection(context, task, head)
  if (against !== undefined) return against
  return task.verdict !== undefined && head.commit === task.base
    ? yield* commitOn(context, task, task.verdict, target)
    : yield* moveOnto(context, task, candidate, head)
})

/** The change is paid for, and stays deliverable once the branch is back. */
const withoutTarget = ({ target, from = target }: Ready, error: RepositoryError) =>
  error.reason === "not_found"
    ? Effect.succeed<Merging>({
        _tag: "TargetGone",
        message: `The branch ${from} is gone from the remote. ${error.message}`
      })
    : Effect.fail(error)

/** Runs MERGE. */
export const merge = Effect.fn("Step.merge")(function* (context: StepContext) {
  const { state, session } = context
  const failpoint = yield* Failpoints
  const task = yield* taskOf(context)
  const { candidate } = task
  if (candidate === undefined) {
    return yield* new StepProblem({
      kind: "infrastructure",
      reason: "no_candidate",
      message: "There is no candidate."
    })
  }
  const ready = yield* readyOf(state)
  const looked = yield* Effect.result(targetHead(session.repository, ready))
  const result = Result.isSuccess(looked)
    ? yield* mergeOnto(context, task, candidate, looked.success)
    : yield* withoutTarget(ready, looked.failure)
  yield* failpoint("MERGE:effect")
  const report: Report = { _tag: "FinishMerge", result }
  return report
})
