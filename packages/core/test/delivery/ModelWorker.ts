/**
 * The model's worker: the MERGE and PUSH steps for one task, driven by the real `resolve`.
 *
 * A generator that yields at every point where the world may go on without it, and where it may die: before and after
 * each write to its database and each act on the remote. It yields a request while it waits for that one's answer.
 */
import type { FenceObservation, PushAnswer, RemoteObservation } from "../../src/delivery/Observation.ts"
import { mayStillLand, resolve, type Resolution, type ResolveInput } from "../../src/delivery/resolve.ts"
import type { InstanceId, Sha, TaskId } from "../../src/model/Ids.ts"
import type { PushIntent, RemoteCapabilities } from "../../src/model/Push.ts"
import { type Fault, type ModelRemote, type Request } from "./ModelRemote.ts"
import type { Random } from "./Random.ts"

export interface ModelExecution {
  readonly owner: string
  status: "running" | "completed" | "stopped" | "stopped_unresolved" | "superseded" | "held"
  stopRequested: boolean
  generation: number
  intent: PushIntent | undefined
}

/** What one database knows. `unresolved` is the open intent of a stopped execution: the project's. */
export interface ModelDatabase {
  readonly instance: string
  epoch: number
  execution: ModelExecution | undefined
  unresolved: { readonly owner: string; readonly intent: PushIntent } | undefined
  lastFence: string | undefined
  cleanHandover: boolean
  executionsLeft: number
}

export interface World {
  readonly remote: ModelRemote
  readonly random: Random
  readonly faults: ReadonlySet<Fault>
  readonly capabilities: RemoteCapabilities
  /** How often each decision was met. */
  readonly seen: Map<string, number>
}

export type Running = Generator<Request | undefined, void, PushAnswer | undefined>
type Step<A> = Generator<Request | undefined, A, PushAnswer | undefined>

/** The database has another holder: the worker stops. */
export class Gone extends Error {}

type Made = Pick<PushIntent, "base" | "commit" | "creates">

const sha = (name: string): Sha => name as Sha
const patience = 6

export function* runWorker(world: World, db: ModelDatabase): Running {
  const { capabilities, faults, random, remote, seen } = world
  const fenced = capabilities.fence !== "cas_only"
  const wasClean = db.cleanHandover
  db.cleanHandover = false
  db.epoch += 1
  let epoch = db.epoch

  /** Every write is checked in its own transaction. */
  const check = (): void => {
    if (db.epoch !== epoch) throw new Gone()
  }
  const raiseEpoch = (above: number): void => {
    check()
    db.epoch = above + 1
    epoch = db.epoch
  }

  const send = function* (request: Request): Step<PushAnswer> {
    yield
    if (!remote.reachable) return { _tag: "Unknown", message: "unreachable" }
    remote.inFlight.push(request)
    return (yield request) ?? { _tag: "Unknown", message: "timed out" }
  }

  const newFence = (): string => {
    const made = { sha: remote.fresh("f"), parent: remote.fence, instance: db.instance, epoch }
    remote.fences.set(made.sha, made)
    return made.sha
  }

  const seal = function* (): Step<boolean> {
    yield
    if (!remote.reachable) return false
    const old = remote.fence
    const tip = newFence()
    const answer = yield* send({
      kind: "seal",
      target: undefined,
      fence: { old, new: tip },
      answer: undefined
    })
    if (answer._tag !== "Accepted") return false
    if (db.epoch === epoch) db.lastFence = tip
    return true
  }

  const look = function* (intent: PushIntent, owner: string): Step<RemoteObservation | undefined> {
    const fence = (): FenceObservation => {
      const tip = remote.fence === undefined ? undefined : remote.fences.get(remote.fence)
      const named = intent.fenceNew !== undefined && intent.fenceNew !== intent.fenceOld
      return {
        ...(tip === undefined
          ? {}
          : { tip: { sha: sha(tip.sha), instance: tip.instance as InstanceId, epoch: tip.epoch } }),
        holdsIntent: named && remote.fenceHolds(remote.fence, intent.fenceNew),
        isIntentsOld: remote.fence === intent.fenceOld
      }
    }
    const target = (): RemoteObservation["target"] => {
      const head = remote.target
      if (head === undefined) return { containsCommit: false, atBase: intent.creates === true }
      const history = remote.history(head)
      const known = new Set(remote.history(intent.base).map((commit) => commit.sha))
      const ours = history.find((commit) => commit.owner === owner && !known.has(commit.sha))
      return {
        head: sha(head),
        containsCommit: history.some((commit) => commit.sha === intent.commit),
        atBase: intent.creates !== true && head === intent.base,
        ...(ours === undefined ? {} : { ours: sha(ours.sha) })
      }
    }
    yield
    if (!remote.reachable) return undefined
    // Two refs are two reads: the world may go on between them.
    if (random.chance(0.5)) {
      const first = fence()
      yield
      return remote.reachable ? { fence: first, target: target() } : undefined
    }
    const first = target()
    yield
    return remote.reachable ? { fence: fence(), target: first } : undefined
  }

  /** Looks and seals until there is a decision; `undefined` when the remote cannot be reached. */
  const settle = function* (
    intent: PushIntent,
    owner: string,
    answer: PushAnswer | undefined
  ): Step<{ readonly resolution: Resolution; readonly open: boolean } | undefined> {
    if (faults.has("merge_again") && answer?._tag !== "Accepted" && remote.target !== undefined) {
      return { resolution: { _tag: "Regenerate", head: sha(remote.target) }, open: false }
    }
    let sealed = false
    for (let tries = 0; tries < patience; tries++) {
      const looked = yield* look(intent, owner)
      if (looked === undefined) return undefined
      const blind = sealed && faults.has("seal")
      const observation = blind ? { ...looked, fence: { ...looked.fence, isIntentsOld: false } } : looked
      yield
      const input: ResolveInput = {
        intent,
        observation,
        capabilities,
        instance: db.instance as InstanceId,
        epoch,
        epochIsCurrent: db.epoch === epoch,
        answer,
        sealedAfterIntent: sealed || (faults.has("torn_look") && observation.fence.holdsIntent),
        listTickedByOthers: false
      }
      let resolution = resolve(input)
      if (resolution._tag === "Regenerate") {
        resolution = resolve({ ...input, listTickedByOthers: remote.commit(resolution.head).ticked })
      }
      seen.set(resolution._tag, (seen.get(resolution._tag) ?? 0) + 1)
      if (resolution._tag === "Stale") throw new Gone()
      if (resolution._tag === "RaiseEpoch") raiseEpoch(resolution.above)
      if (resolution._tag !== "RaiseEpoch" && resolution._tag !== "Seal") {
        return { resolution, open: mayStillLand(input) }
      }
      if (faults.has("seal")) sealed = true
      else if (yield* seal()) sealed = true
    }
    return undefined
  }

  const end = (execution: ModelExecution, status: ModelExecution["status"], closed?: string): void => {
    check()
    if (closed !== undefined) remote.close(execution.owner, closed)
    execution.status = status
    execution.intent = undefined
  }
  const landed = (owner: string): void =>
    remote.promise(remote.landings.has(owner), `${owner} completed, but never landed`)
  const removed = (owner: string): void =>
    remote.promise(remote.removed.has(owner), `${owner} held as removed, but nobody removed it`)
  const absent = (owner: string, decision: string): void =>
    remote.promise(!remote.landings.has(owner), `${decision} of ${owner}, but it had landed`)
  const stopUnresolved = (execution: ModelExecution): void => {
    check()
    if (execution.intent !== undefined) {
      db.unresolved = { owner: execution.owner, intent: execution.intent }
    }
    end(execution, "stopped_unresolved")
  }

  /** The project's unresolved push of an earlier execution comes first. */
  const settleUnresolved = function* (): Step<boolean> {
    if (db.unresolved === undefined) return true
    const { intent, owner } = db.unresolved
    const settled = yield* settle(intent, owner, undefined)
    if (settled === undefined) return false
    yield
    check()
    if (settled.resolution._tag === "Landed") landed(owner)
    else if (settled.resolution._tag === "Removed") removed(owner)
    else if (!settled.open) remote.close(owner, "stopped, later resolved as not landed")
    db.unresolved = undefined
    return true
  }

  /** MERGE: the line is open at the head, and the commit is made on it; the same input gives the same commit. */
  const merge = function* (execution: ModelExecution): Step<Made | undefined> {
    yield
    const head = remote.target ?? remote.from
    if (head === undefined || !remote.reachable) {
      if (execution.stopRequested) end(execution, "stopped", "stopped")
      return undefined
    }
    const { owner } = execution
    if (remote.commit(head).ticked && !faults.has("merge_again")) {
      end(execution, "superseded", "superseded")
      return undefined
    }
    const made = remote.addCommit({ sha: `${owner}@${head}`, parent: head, owner, ticked: true })
    const both = { base: sha(head), commit: sha(made.sha) }
    return remote.target === undefined ? { ...both, creates: true } : both
  }

  const pushOnce = function* (execution: ModelExecution, what: Made): Step<PushAnswer> {
    yield
    const old = fenced ? remote.fence : undefined
    const next = !fenced ? undefined : faults.has("fence_changes") ? old : newFence()
    yield
    check()
    const intent: PushIntent = {
      base: what.base,
      commit: what.commit,
      ...(what.creates === true ? { creates: true } : {}),
      taskId: "T" as TaskId,
      generation: execution.generation,
      target: "main",
      tree: what.commit,
      ...(old === undefined ? {} : { fenceOld: sha(old) }),
      ...(next === undefined ? {} : { fenceNew: sha(next) }),
      nonce: remote.fresh("n"),
      epoch
    }
    execution.intent = intent
    const answer = yield* send({
      kind: "push",
      target: { old: intent.creates === true ? undefined : intent.base, new: intent.commit },
      fence: next === undefined ? undefined : { old, new: next },
      answer: undefined
    })
    if (answer._tag === "Accepted" && db.epoch === epoch) db.lastFence = next
    return answer
  }

  /** Runs the active execution until it ends (`true`) or has to wait for the remote (`false`). */
  const runExecution = function* (execution: ModelExecution): Step<boolean> {
    let answer: PushAnswer | undefined
    for (let tries = 0; tries < patience; tries++) {
      yield
      check()
      let again: Made | undefined
      if (execution.intent !== undefined) {
        const settled = yield* settle(execution.intent, execution.owner, answer)
        yield
        check()
        if (settled === undefined) {
          if (execution.stopRequested) stopUnresolved(execution)
          return execution.status !== "running"
        }
        const { resolution } = settled
        answer = undefined
        if (resolution._tag === "Landed") {
          landed(execution.owner)
          end(execution, "completed")
        } else if (resolution._tag === "Removed") {
          removed(execution.owner)
          end(execution, "held")
        } else if (resolution._tag === "Superseded") end(execution, "superseded", "superseded")
        else if (resolution._tag === "RefusedByPolicy") {
          end(execution, "held", settled.open ? undefined : "refused")
        } else if (resolution._tag === "TargetGone") end(execution, "held", "target gone")
        else if (execution.stopRequested && settled.open) stopUnresolved(execution)
        else if (execution.stopRequested) end(execution, "stopped", "stopped")
        else {
          if (!settled.open) absent(execution.owner, resolution._tag)
          if (resolution._tag === "PushAgain") again = execution.intent
          else {
            execution.intent = undefined
            execution.generation += 1
          }
        }
        if (execution.status !== "running") return true
      } else if (execution.stopRequested) {
        end(execution, "stopped", "stopped")
        return true
      }
      again ??= yield* merge(execution)
      if (again === undefined) return execution.status !== "running"
      answer = yield* pushOnce(execution, again)
    }
    return false
  }

  // A new holder seals first, unless the last one went cleanly and the fence is still what it left. With a push that
  // is still open, its resolution says what comes first.
  yield
  const hasOpenPush = db.unresolved !== undefined || db.execution?.intent !== undefined
  const needsSeal = fenced && !hasOpenPush && !(wasClean && remote.fence === db.lastFence)
  if (needsSeal && !faults.has("seal")) {
    const tip = remote.fence === undefined ? undefined : remote.fences.get(remote.fence)
    if (tip !== undefined && tip.instance === db.instance && tip.epoch > epoch) raiseEpoch(tip.epoch)
    yield* seal()
  }
  for (;;) {
    yield
    check()
    if (!(yield* settleUnresolved())) return
    check()
    if (db.execution?.status !== "running") {
      if (db.executionsLeft === 0) break
      db.executionsLeft -= 1
      db.execution = {
        owner: `${db.instance}${remote.fresh(".e")}/T`,
        status: "running",
        stopRequested: false,
        generation: 1,
        intent: undefined
      }
    }
    if (!(yield* runExecution(db.execution))) return
  }
  yield
  check()
  db.cleanHandover = true
}
