/**
 * What must be true of a whole system at rest, whatever happened to its processes before: reads its databases, its
 * remote and the process table, and says in sentences what is wrong.
 *
 * It trusts none of the code under test but the journal's format and `evolve`: commits, trailers and trees are read
 * with plain git, statuses are held against a table of its own. It changes nothing. "At rest" means that no worker
 * is meant to be alive.
 */
import { readFileSync, readdirSync } from "node:fs"
import { join } from "node:path"
import { Event } from "@devteam/core/execution/Event"
import { evolve } from "@devteam/core/execution/evolve"
import { isEnded } from "@devteam/core/execution/Status"
import type { Execution, State } from "@devteam/core/execution/State"
import { Schema } from "effect"
import { type DatabaseContents, readDatabase, type StoredExecution } from "./databaseContents.ts"
import { type RemoteCommit, remoteCommits, treeOfCommit } from "./remoteCommits.ts"

/** What is to be looked at. */
export interface System {
  /** Every data directory that ever worked on the remote; one of several is enough for what is said of it alone. */
  readonly dataDirectories: ReadonlyArray<string>
  /** The bare remote's directory. */
  readonly remote: string
  /** `main` when absent. */
  readonly target?: string | undefined
  /** Only this project; all of them when absent. */
  readonly projectId?: string | undefined
  /** Commits of ours that people took out of the target: nobody misses them. */
  readonly removedByPeople?: ReadonlySet<string> | undefined
  /** Executions ran with `--keep`, so checkouts may lie about. */
  readonly keptCheckouts?: boolean | undefined
}

type Recorded = { readonly seq: number; readonly at: number; readonly epoch: number; readonly event: Event }

interface Replayed {
  readonly stored: StoredExecution
  readonly records: ReadonlyArray<Recorded>
  readonly state: Execution
  readonly violations: ReadonlyArray<string>
}

/** Where a status may lead within one event (design §4). */
const edges: Readonly<Record<string, ReadonlyArray<string>>> = {
  initializing: ["running", "pausing", "paused", "stopping", "stopped", "error"],
  running: ["pausing", "paused", "stopping", "stopped", "completed", "error"],
  pausing: ["paused", "running", "initializing", "stopping", "completed", "error"],
  paused: ["running", "initializing", "stopping", "stopped"],
  stopping: ["stopped", "completed", "error"],
  stopped: [],
  completed: [],
  error: []
}

const decodeOwner = Schema.decodeUnknownSync(
  Schema.fromJsonString(
    Schema.Tuple([Schema.String, Schema.String, Schema.Int, Schema.String, Schema.String])
  )
)
const decodeEvent = Schema.decodeUnknownSync(Schema.fromJsonString(Event))

const replay = (stored: StoredExecution): Replayed => {
  const violations: Array<string> = []
  const say = (seq: number, text: string) => violations.push(`${stored.executionId} record ${seq}: ${text}`)
  let state: State
  let epoch = 0
  const records = stored.records.map((row, index) => {
    const record: Recorded = { ...row, event: decodeEvent(row.event) }
    const { event, seq } = record
    if (seq !== index + 1) say(seq, `stands in place ${index + 1} of the journal.`)
    if (record.epoch !== 0 && record.epoch < epoch) say(seq, `epoch ${record.epoch} comes after ${epoch}.`)
    epoch = Math.max(epoch, record.epoch)
    if (state !== undefined) {
      if (isEnded(state.status)) say(seq, `${event._tag} comes after the end (${state.status}).`)
      if (record.at < state.updatedAt) say(seq, `its time is before that of the record before it.`)
      if (event._tag === "StepStarted" && state.active !== undefined) {
        say(seq, `${event.step} begins while ${state.active.step} runs.`)
      }
      if (event._tag === "PushIntended" && state.push !== undefined)
        say(seq, "a push is intended while one is open.")
    }
    const before = state?.status
    state = evolve(state, record)
    const after = state?.status
    if (before !== after && before !== undefined && after !== undefined && !edges[before]?.includes(after)) {
      say(seq, `${event._tag} leads from ${before} to ${after}.`)
    }
    if (state !== undefined && isEnded(state.status) && state.push?.phase === "unknown") {
      const said = event._tag === "Stopped" && event.unresolvedPush !== undefined
      if (!said) say(seq, `${event._tag} ends the execution while it is unknown whether its push landed.`)
    }
    return record
  })
  if (state === undefined)
    throw new Error(`The journal of ${stored.executionId} does not begin with a request.`)
  if (stored.status !== state.status) {
    violations.push(
      `${stored.executionId}: the status row says ${stored.status}, the journal ${state.status}.`
    )
  }
  if (stored.version !== records.length) {
    violations.push(`${stored.executionId}: version ${stored.version} with ${records.length} records.`)
  }
  return { stored, records, state, violations }
}

/** `verifiedTree` = the pushed commit's tree, at every intent and for everything that is on the target. */
const verifiedTrees = (replayed: ReadonlyArray<Replayed>, system: System): ReadonlyArray<string> => {
  const violations: Array<string> = []
  for (const { records, stored } of replayed) {
    let verified: { readonly tree: string; readonly outcome: string } | undefined
    for (const { event, seq } of records) {
      if (event._tag === "TaskSelected" || event._tag === "CandidatePrepared") verified = undefined
      if (event._tag === "Verified") {
        verified = { tree: event.verdict.verifiedTree, outcome: event.verdict.outcome }
      }
      if (event._tag !== "PushIntended") continue
      const { commit, tree } = event.intent
      const where = `${stored.executionId} record ${seq}`
      if (verified === undefined) violations.push(`${where}: a push of ${commit} that nothing verified.`)
      else if (verified.outcome === "failed") violations.push(`${where}: a push of ${commit}, which failed.`)
      else if (verified.tree !== tree)
        violations.push(`${where}: tree ${tree} is pushed, ${verified.tree} verified.`)
      const real = treeOfCommit(system.remote, commit)
      if (real !== undefined && real !== tree) {
        violations.push(`${where}: ${commit} is on the remote with tree ${real} instead of ${tree}.`)
      }
    }
  }
  return violations
}

const pair = (executionId: string, taskId: string): string => `${executionId} / ${taskId}`

/** Completed tasks are on the target exactly once, and what is on the target is a completed task. */
const deliveries = (
  replayed: ReadonlyArray<Replayed>,
  commits: ReadonlyArray<RemoteCommit>,
  removed: ReadonlySet<string>
): ReadonlyArray<string> => {
  const violations: Array<string> = []
  const onTarget = Map.groupBy(
    commits.filter(({ execution, task }) => execution !== undefined && task !== undefined),
    ({ execution, task }) => pair(execution ?? "", task ?? "")
  )
  for (const [key, found] of onTarget) {
    if (found.length > 1) violations.push(`${key} has ${found.length} commits on the target.`)
  }
  const completed = new Set<string>()
  const open = new Set<string>()
  for (const { records, state, stored } of replayed) {
    let inherited = stored.executionId
    for (const { event } of records) {
      if (event._tag === "ExecutionRequested" && event.inherited !== undefined)
        inherited = event.inherited.executionId
      if (event._tag !== "TaskCompleted") continue
      const own = state.outcomes.some(({ taskId, rounds }) => taskId === event.taskId && rounds > 0)
      const key = pair(own ? stored.executionId : inherited, event.taskId)
      completed.add(key)
      const found = onTarget.get(key) ?? []
      if (found.length === 0 && !removed.has(event.commit))
        violations.push(`${key} is completed and not on the target.`)
      if (found.length === 1 && found[0]?.sha !== event.commit) {
        violations.push(`${key} is completed as ${event.commit} and on the target as ${found[0]?.sha}.`)
      }
    }
    if (state.push !== undefined) {
      open.add(pair(state.push.inherited?.executionId ?? stored.executionId, state.push.intent.taskId))
    }
    if (!isEnded(state.status) && state.inHand !== undefined)
      open.add(pair(stored.executionId, state.inHand.task.id))
  }
  const known = new Map(replayed.map(({ state, stored }) => [stored.executionId, state]))
  for (const key of onTarget.keys()) {
    const state = known.get(key.split(" / ")[0] ?? "")
    if (state === undefined || completed.has(key) || open.has(key)) continue
    violations.push(`${key} is on the target, and its execution (${state.status}) does not say so.`)
  }
  return violations
}

/** Whether the process that a lease names is alive: `[host, bootId, pid, startedAt, worker]`. */
const isAlive = (owner: string): boolean => {
  try {
    const [, , pid, startedAt] = decodeOwner(owner)
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8")
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] === startedAt
  } catch {
    return false
  }
}

/** A worker died after its last record, and nobody came by since to tidy up after it. */
const diedHolding = (contents: DatabaseContents, projectId: string): boolean =>
  contents.leases.some(
    (lease) => lease.projectId === projectId && lease.owner !== null && !isAlive(lease.owner)
  )

const leases = (contents: DatabaseContents, replayed: ReadonlyArray<Replayed>): ReadonlyArray<string> =>
  contents.leases.flatMap(({ epoch, expiresAt, owner, projectId }) => {
    const violations: Array<string> = []
    if (owner !== null && expiresAt > contents.now && isAlive(owner)) {
      violations.push(`${projectId} still has a live lease.`)
    }
    for (const { records, stored } of replayed) {
      if (stored.projectId !== projectId) continue
      const newest = Math.max(0, ...records.map((record) => record.epoch))
      if (newest > epoch) {
        violations.push(`${stored.executionId} was written with epoch ${newest}, the lease has ${epoch}.`)
      }
    }
    return violations
  })

const frames = (contents: DatabaseContents): ReadonlyArray<string> =>
  contents.leases.flatMap(({ frameSeq, projectId }) => {
    const seqs = contents.frames.get(projectId) ?? []
    const wrong = seqs.findIndex((seq, index) => seq !== index + 1)
    return [
      ...(wrong === -1 ? [] : [`Frame ${seqs[wrong]} of ${projectId} stands in place ${wrong + 1}.`]),
      ...(seqs.length === frameSeq
        ? []
        : [`${projectId} has ${seqs.length} frames and numbered ${frameSeq}.`])
    ]
  })

const entries = (directory: string): ReadonlyArray<string> => {
  try {
    return readdirSync(directory)
  } catch {
    return []
  }
}

const checkouts = (
  dataDirectory: string,
  contents: DatabaseContents,
  replayed: ReadonlyArray<Replayed>
): ReadonlyArray<string> => {
  const tidy = replayed.filter(
    ({ state, stored }) => isEnded(state.status) && !diedHolding(contents, stored.projectId)
  )
  return entries(join(dataDirectory, "work"))
    .filter((name) =>
      tidy.some(({ stored }) => name === stored.executionId || name.startsWith(`${stored.executionId}-`))
    )
    .map((name) => `The checkout ${name} of an ended execution is still there.`)
}

const environmentOf = (pid: string): string => {
  try {
    return readFileSync(`/proc/${pid}/environ`, "utf8")
  } catch {
    return ""
  }
}

/** Processes of agents and builds that a database's workers started and that are still alive. */
export const markedProcesses = (instance: string): ReadonlyArray<string> =>
  entries("/proc").filter(
    (name) =>
      /^\d+$/.test(name) &&
      environmentOf(name)
        .split("\0")
        .some((line) => line.startsWith(`DEVTEAM_MARK=${instance}:`))
  )

/** Everything that is wrong, a sentence each; empty when the invariants hold. */
export const findViolations = (system: System): ReadonlyArray<string> => {
  const everything: Array<Replayed> = []
  const violations: Array<string> = []
  for (const dataDirectory of system.dataDirectories) {
    const contents = readDatabase(dataDirectory, system.projectId)
    const replayed = contents.executions.map(replay)
    everything.push(...replayed)
    violations.push(
      ...contents.integrity.map((problem) => `The database of ${dataDirectory} is damaged: ${problem}`),
      ...replayed.flatMap((execution) => execution.violations),
      ...leases(contents, replayed),
      ...frames(contents),
      ...(system.keptCheckouts === true ? [] : checkouts(dataDirectory, contents, replayed)),
      ...markedProcesses(contents.instance).map((pid) => `Process ${pid} of ${dataDirectory} is still alive.`)
    )
  }
  const commits = remoteCommits(system.remote, system.target ?? "main")
  violations.push(
    ...verifiedTrees(everything, system),
    ...deliveries(everything, commits, system.removedByPeople ?? new Set())
  )
  return violations
}

/** Task ids that have more than one commit on the target, whichever executions made them. */
export const tasksDeliveredTwice = (remote: string, target = "main"): ReadonlyArray<string> =>
  [...Map.groupBy(remoteCommits(remote, target), ({ task }) => task ?? "")]
    .filter(([task, commits]) => task !== "" && commits.length > 1)
    .map(([task]) => task)
