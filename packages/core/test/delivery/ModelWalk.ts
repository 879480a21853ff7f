/** One random walk: two databases, their workers, people and the network, interleaved by a seed. */
import type { RemoteCapabilities } from "../../src/model/Push.ts"
import { type Fault, ModelRemote, type Request, Violation } from "./ModelRemote.ts"
import { Gone, type ModelDatabase, type Running, runWorker, type World } from "./ModelWorker.ts"
import { makeRandom } from "./Random.ts"

export interface WalkOptions {
  readonly capabilities: RemoteCapabilities
  readonly faults?: ReadonlyArray<Fault>
  /** People move the branch back, rewrite it and delete it. */
  readonly forcePushes: boolean
  /** Databases are restored from backups. Only "never two beside each other" is then promised. */
  readonly restores?: boolean
  /** The target is a delivery branch that the first push creates. */
  readonly createsTarget?: boolean
}

export const fencedRemote: RemoteCapabilities = {
  fence: "custom_ref",
  fenceRef: "refs/devteam/fence/0",
  atomic: true
}
export const casOnlyRemote: RemoteCapabilities = { fence: "cas_only", atomic: true }

interface Worker {
  readonly db: ModelDatabase
  readonly running: Running
  waitsFor: Request | undefined
}

/** Throws a {@link Violation} when a promise is broken. Adds to `seen` what was met. */
export const walk = (seed: number, options: WalkOptions, seen: Map<string, number>): void => {
  const random = makeRandom(seed)
  const faults = new Set(options.faults ?? [])
  const remote = new ModelRemote(faults, options.restores !== true, options.createsTarget === true)
  const world: World = { remote, random, faults, capabilities: options.capabilities, seen }
  const databases = ["A", "B"].slice(0, random.chance(0.6) ? 2 : 1).map((instance): ModelDatabase => ({
    instance,
    epoch: 0,
    execution: undefined,
    unresolved: undefined,
    lastFence: undefined,
    cleanHandover: true,
    executionsLeft: 1 + random.int(3)
  }))
  const backups = new Map<string, ModelDatabase>()
  let workers: Array<Worker> = []
  let deleted: string | undefined

  const start = (db: ModelDatabase): void => {
    workers.push({ db, running: runWorker(world, db), waitsFor: undefined })
  }
  const crash = (worker: Worker): void => {
    workers = workers.filter((other) => other !== worker)
  }
  const step = (worker: Worker): void => {
    const request = worker.waitsFor
    // An answer may get lost on its way back, and a wait may end before the request has even arrived.
    const timesOut = request !== undefined && random.chance(request.answer === undefined ? 0.15 : 0.1)
    if (request !== undefined && request.answer === undefined && !timesOut) return
    try {
      const next = worker.running.next(timesOut ? undefined : request?.answer)
      if (next.done === true) crash(worker)
      else worker.waitsFor = next.value
    } catch (error) {
      if (!(error instanceof Gone)) throw error
      crash(worker)
    }
  }
  const deliver = (): void => {
    if (remote.inFlight.length > 0) remote.deliver(random.pick(remote.inFlight))
  }
  const commitByPerson = (ticks: boolean): void => {
    const onto = remote.target ?? remote.from
    if (onto === undefined) return
    const parent = remote.commit(onto)
    const made = remote.addCommit({
      sha: remote.fresh("p"),
      parent: parent.sha,
      owner: undefined,
      ticked: parent.ticked || ticks
    })
    remote.target = made.sha
  }
  const forceByPerson = (): void => {
    const history = remote.history(remote.target)
    const head = history[0]
    if (head === undefined) return
    if (random.chance(0.2)) {
      deleted = head.sha
      remote.force(undefined)
    } else if (random.chance(0.25) && head.parent !== undefined) {
      // Rewritten: another commit, the same message.
      remote.force(remote.addCommit({ ...head, sha: remote.fresh("r") }).sha)
    } else remote.force(random.pick(history.slice(0, 4)).sha)
  }
  const backup = (db: ModelDatabase): void => {
    const snapshot = structuredClone(db)
    const stored = backups.get(db.instance)
    if (stored === undefined || random.chance(0.4)) backups.set(db.instance, snapshot)
    else {
      workers = workers.filter((worker) => worker.db !== db)
      Object.assign(db, structuredClone(stored))
    }
  }

  const disturb = (): void => {
    const roll = random.int(1000)
    const db = random.pick(databases)
    if (roll < 60 && workers.length > 0) crash(random.pick(workers))
    else if (roll < 130) start(db)
    else if (roll < 230) commitByPerson(false)
    else if (roll < 240) commitByPerson(true)
    else if (roll < 330) {
      if (options.forcePushes) forceByPerson()
    } else if (roll < 380 && deleted !== undefined && remote.target === undefined) remote.target = deleted
    else if (roll < 430 && db.execution !== undefined) db.execution.stopRequested = true
    else if (roll < 470) remote.reachable = !remote.reachable
    else if (roll < 490) remote.protectedBranch = !remote.protectedBranch
    else if (roll < 560 && remote.inFlight.length > 0)
      remote.inFlight.splice(random.int(remote.inFlight.length), 1)
    else if (roll < 600 && options.restores === true) backup(db)
  }

  const length = 40 + random.int(200)
  for (let i = 0; i < length; i++) {
    for (const db of databases)
      if (!workers.some((worker) => worker.db === db) && random.chance(0.2)) start(db)
    const roll = random.int(100)
    if (roll < 72 && workers.length > 0) step(random.pick(workers))
    else if (roll < 84) deliver()
    else disturb()
  }

  // The storm is over: everything comes to its end, and what the network still holds arrives last.
  remote.reachable = true
  remote.protectedBranch = false
  if (remote.from === undefined) remote.target ??= deleted
  const open = (): boolean =>
    databases.some((db) => db.unresolved !== undefined || db.execution?.status === "running")
  for (let i = 0; open(); i++) {
    if (i > 5000) throw new Violation("does not come to an end")
    for (const db of databases) if (!workers.some((worker) => worker.db === db)) start(db)
    if (random.chance(0.3)) deliver()
    else step(random.pick(workers))
  }
  while (remote.inFlight.length > 0) deliver()
  for (const { execution } of databases) {
    if (execution !== undefined) seen.set(execution.status, (seen.get(execution.status) ?? 0) + 1)
  }
}

/** The first seed whose walk breaks a promise, with the reason. */
export const firstViolation = (
  walks: number,
  options: WalkOptions,
  seen: Map<string, number>
): { readonly seed: number; readonly message: string } | undefined => {
  for (let seed = 1; seed <= walks; seed++) {
    try {
      walk(seed, options, seen)
    } catch (error) {
      if (!(error instanceof Violation)) throw error
      return { seed, message: error.message }
    }
  }
  return undefined
}
