/**
 * VERIFY: proves a candidate with its tick, in a clean checkout of exactly the tree that would be pushed.
 *
 * What an install or build changes in that checkout is dropped. The base is built only at the first red.
 */
import { Effect } from "effect"
import type { Report } from "../execution/Command.ts"
import type { TaskInHand } from "../execution/State.ts"
import type { Sha } from "../model/Ids.ts"
import type { Verdict } from "../model/Verdict.ts"
import { Failpoints } from "../ports/Failpoints.ts"
import { Repository } from "../ports/Repository.ts"
import { attribute } from "../verification/Attribution.ts"
import { artifactKey, putText, readText } from "./artifacts.ts"
import { buildBaseline, knownBaseline } from "./baseline.ts"
import { restoreCandidate } from "./candidates.ts"
import { tickedTree } from "./commitObject.ts"
import { taskOf } from "./prep.ts"
import { directoryName, type StepContext } from "./Session.ts"
import { StepProblem } from "./StepError.ts"
import { type TreeVerification, verifyTree } from "./verifyTree.ts"

const droppedWarning = Effect.fnUntraced(function* ({ session }: StepContext, tree: Sha, directory: string) {
  const repository = yield* Repository
  const changed = yield* repository.trackedChanges(session.repository, { tree, directory })
  return changed.length === 0
    ? []
    : [`Verification changed tracked files; that was dropped: ${changed.slice(0, 10).join(", ")}.`]
})

/** A lockfile that could not be synced is why an install is red, and the install itself does not say so. */
const withSyncLog = Effect.fnUntraced(function* (context: StepContext, { log, outcome }: TreeVerification) {
  if (outcome !== "failed") return log
  const sync = yield* readText(context, artifactKey(context.state, "sync.log"))
  return sync === "" ? log : `${sync}\n\n${log}`
})

const verdictOf = Effect.fnUntraced(function* (
  context: StepContext,
  task: TaskInHand,
  verifiedTree: Sha,
  result: TreeVerification
) {
  const health = yield* context.session.health
  const first = attribute(result.outcome, yield* knownBaseline(context, task, health.node))
  const blame =
    first._tag === "Attributed"
      ? first
      : attribute(result.outcome, yield* buildBaseline(context, task, health.node))
  const log = yield* putText(context, "verify.log", yield* withSyncLog(context, result))
  const verdict: Verdict = {
    outcome: result.outcome,
    attribution: blame._tag === "Attributed" ? blame.attribution : "regressed",
    verifiedTree,
    commands: result.commands,
    log: log.key,
    node: health.node,
    npm: health.npm,
    unlocked: result.unlocked,
    warnings: result.warnings
  }
  return verdict
})

/** Runs VERIFY. */
export const verify = Effect.fn("Step.verify")(function* (context: StepContext) {
  const { session } = context
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
  yield* restoreCandidate(context, candidate, task.baseTree)
  const verifiedTree = yield* tickedTree(context, task, candidate.tree)
  const directory = yield* session.host.freshDirectory(directoryName(context, "verify"))
  const result = yield* verifyTree(context, verifiedTree, directory)
  yield* failpoint("VERIFY:effect")
  const dropped = result.outcome === "passed" ? yield* droppedWarning(context, verifiedTree, directory) : []
  const verdict = yield* verdictOf(context, task, verifiedTree, {
    ...result,
    warnings: [...result.warnings, ...dropped]
  })
  const report: Report = { _tag: "FinishVerify", verdict, message: session.redactor.text(result.message) }
  return report
})
