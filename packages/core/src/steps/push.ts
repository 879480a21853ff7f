/**
 * PUSH: records an intent, pushes it, and finds out by looking what became of it.
 *
 * The protocol is docs/delivery.md; every decision is `delivery/resolve.ts`. The loop here only obeys: look, seal,
 * look again. It is a critical section: nobody interrupts it.
 */
import { Effect, Option, Ref } from "effect"
import type { PushAnswer, RemoteObservation } from "../delivery/Observation.ts"
import { mayStillLand, resolve, type Resolution, type ResolveInput } from "../delivery/resolve.ts"
import type { Report } from "../execution/Command.ts"
import type { PushOutcome } from "../execution/Event.ts"
import type { OpenPush } from "../execution/State.ts"
import type { Sha } from "../model/Ids.ts"
import type { PushIntent } from "../model/Push.ts"
import type { PushMode } from "../model/Step.ts"
import { identityOf } from "../model/Task.ts"
import { DeliveryRemote, type FenceRef } from "../ports/DeliveryRemote.ts"
import { Failpoints } from "../ports/Failpoints.ts"
import { Leases } from "../ports/Leases.ts"
import { Repository } from "../ports/Repository.ts"
import { ensureCommit } from "./commitObject.ts"
import { currentTip, isFenced, recordTip, sealFence } from "./fence.ts"
import { parseOptions, tickIn } from "./list.ts"
import { taskOf } from "./prep.ts"
import { readyOf } from "./ready.ts"
import type { StepContext } from "./Session.ts"
import { StaleWorker, StepProblem } from "./StepError.ts"

const mostLooks = 20

const intend = Effect.fnUntraced(function* (context: StepContext) {
  const { state, session } = context
  const remote = yield* DeliveryRemote
  const failpoint = yield* Failpoints
  const task = yield* taskOf(context)
  const { target, capabilities } = yield* readyOf(state)
  const fence: FenceRef = { repository: session.repository, target, capabilities }
  const { commit } = task
  if (commit === undefined) {
    return yield* new StepProblem({
      kind: "infrastructure",
      reason: "no_commit",
      message: "There is no commit to push."
    })
  }
  yield* ensureCommit(context, task, commit)
  const tip = isFenced(fence) ? yield* currentTip(context, fence) : undefined
  const { epoch } = yield* Ref.get(session.lease) // a seal may have raised it
  const nonce = yield* session.host.nonce
  const common = {
    taskId: task.task.id,
    generation: task.generation,
    target,
    base: commit.parent,
    ...(commit.creates === true ? { creates: commit.creates } : {}),
    commit: commit.commit,
    tree: commit.tree,
    nonce,
    epoch
  }
  if (tip === undefined) return { _tag: "IntendPush", intent: common } satisfies Report
  const content = { instance: state.instance, epoch, seq: tip.content.seq + 1, intent: commit.commit, nonce }
  const fenceNew = yield* remote.fenceCommit(fence, Option.some(tip.sha), content)
  yield* recordTip(context, fence, tip.sha, false)
  yield* failpoint("PUSH:sealed")
  return { _tag: "IntendPush", intent: { ...common, fenceOld: tip.sha, fenceNew } } satisfies Report
})

/** Whether at the moved head the task's line is no longer open. */
const lineIsTaken = Effect.fnUntraced(function* (context: StepContext, head: Sha) {
  const { state, session } = context
  const repository = yield* Repository
  const task = yield* taskOf(context)
  const { taskList } = yield* readyOf(state)
  const tree = yield* repository.treeOf(session.repository, head)
  const tick = yield* tickIn(session.repository, tree, identityOf(task.task), parseOptions(state, taskList))
  if (tick._tag === "Gone" || tick._tag === "Missing") return true
  return tick._tag === (task.order?._tag === "Undo" ? "Ticked" : "AlreadyDone")
})

const epochIsCurrent = Effect.fnUntraced(function* ({ state, session }: StepContext) {
  const leases = yield* Leases
  const holder = yield* leases.holder(state.projectId)
  const { epoch } = yield* Ref.get(session.lease)
  return Option.isSome(holder) && holder.value.epoch === epoch
})

const raiseEpoch = Effect.fnUntraced(function* ({ session }: StepContext, above: number) {
  const leases = yield* Leases
  const raised = yield* leases.raiseEpoch(yield* Ref.get(session.lease), above)
  yield* Ref.set(session.lease, raised)
})

/** Looks, obeys and looks again until there is something to report. */
const findOut = Effect.fnUntraced(function* (
  context: StepContext,
  fence: FenceRef,
  open: OpenPush,
  answer: PushAnswer | undefined
) {
  const { state, session } = context
  const remote = yield* DeliveryRemote
  const { intent, inherited } = open
  const executionId = inherited?.executionId ?? state.executionId
  let sealedAfterIntent = false
  let listTickedByOthers = false
  for (let looks = 0; looks < mostLooks; looks++) {
    const observation: RemoteObservation = yield* remote.look(fence, intent, {
      executionId,
      taskId: intent.taskId
    })
    const { epoch } = yield* Ref.get(session.lease)
    const input: ResolveInput = {
      intent,
      observation,
      capabilities: fence.capabilities,
      instance: state.instance,
      epoch,
      epochIsCurrent: yield* epochIsCurrent(context),
      answer,
      sealedAfterIntent,
      listTickedByOthers
    }
    const resolution = resolve(input)
    switch (resolution._tag) {
      case "Stale":
        return yield* new StaleWorker({ message: "Another worker holds the project." })
      case "RaiseEpoch":
        yield* raiseEpoch(context, resolution.above)
        continue
      case "Seal": {
        const sealed = yield* sealFence(context, fence)
        sealedAfterIntent ||= sealed._tag === "Sealed"
        continue
      }
      case "Regenerate":
        if (
          !listTickedByOthers &&
          inherited === undefined &&
          (yield* lineIsTaken(context, resolution.head))
        ) {
          listTickedByOthers = true
          continue
        }
        return { resolution, input }
      default:
        return { resolution, input }
    }
  }
  return yield* new StepProblem({
    kind: "remote",
    reason: "contended",
    message: `The fence of ${fence.target} kept moving during ${mostLooks} looks. Is another instance at work on it?`
  })
})

type Final = Exclude<Resolution, { readonly _tag: "Stale" | "RaiseEpoch" | "Seal" }>

const outcomeOf = (resolution: Final, redact: (text: string) => string): PushOutcome => {
  switch (resolution._tag) {
    case "PushAgain":
      return { _tag: "Again" }
    case "RefusedByPolicy":
      return { _tag: "RefusedByPolicy", message: redact(resolution.message) }
    case "TargetGone":
      return { _tag: "TargetGone" }
    default:
      return resolution
  }
}

const conclude = Effect.fnUntraced(function* (
  context: StepContext,
  open: OpenPush,
  answer: PushAnswer | undefined
) {
  const { state, session } = context
  const capabilities = open.inherited?.capabilities ?? (yield* readyOf(state)).capabilities
  const fence: FenceRef = { repository: session.repository, target: open.intent.target, capabilities }
  const { resolution, input } = yield* findOut(context, fence, open, answer)
  const { tip } = input.observation.fence
  const settled = resolution._tag === "Landed" || !mayStillLand(input)
  if (state.status === "stopping" && !settled) {
    return yield* new StepProblem({
      kind: "remote",
      reason: "may_still_land",
      message: "The remote cannot say whether the push is still on its way."
    })
  }
  if (isFenced(fence) && tip !== undefined) yield* recordTip(context, fence, tip.sha, settled)
  const report: Report = { _tag: "FinishPush", outcome: outcomeOf(resolution, session.redactor.text) }
  return report
})

const pushNow = Effect.fnUntraced(function* (context: StepContext, open: OpenPush) {
  const { state, session } = context
  const remote = yield* DeliveryRemote
  const failpoint = yield* Failpoints
  const { capabilities } = yield* readyOf(state)
  const intent: PushIntent = open.intent
  const fence: FenceRef = { repository: session.repository, target: intent.target, capabilities }
  const answer = yield* remote.push(fence, intent, state.settings.limits.pushMs)
  yield* failpoint("PUSH:effect")
  yield* Effect.logDebug("push answered", { answer: answer._tag })
  return yield* conclude(context, open, answer)
})

/** An execution that goes on with a push of an earlier one has not opened the repository yet. */
const resolveOpen = Effect.fnUntraced(function* (context: StepContext, open: OpenPush) {
  const repository = yield* Repository
  const { creates, target } = open.intent
  yield* repository.open(context.session.repository, creates === true ? undefined : target)
  return yield* conclude(context, open, undefined)
})

/** Runs PUSH in one of its modes. */
export const push = Effect.fn("Step.push")(function* (context: StepContext, mode: PushMode) {
  const open = context.state.push
  if (mode === "intend") return yield* intend(context)
  if (open === undefined) {
    return yield* new StepProblem({
      kind: "infrastructure",
      reason: "no_intent",
      message: "There is no push intent."
    })
  }
  return mode === "push" ? yield* pushNow(context, open) : yield* resolveOpen(context, open)
})
