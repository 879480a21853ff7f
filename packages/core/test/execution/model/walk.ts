/**
 * Random lives of executions under a machine, each step checked against the model and the laws.
 *
 * The machine is a parameter, so that broken ones can be shown to be caught.
 */
import { Result } from "effect"
import { type Command, isRequest, type Request } from "../../../src/execution/Command.ts"
import type { Event, InheritedPush, JournalRecord } from "../../../src/execution/Event.ts"
import { type Execution, initial, type State } from "../../../src/execution/State.ts"
import { isEnded } from "../../../src/execution/Status.ts"
import { DecisionKind } from "../../../src/model/Decision.ts"
import { capabilities, executionId, startedAt } from "../../../src/testing/given.ts"
import { makeRandom, type Random } from "../../delivery/Random.ts"
import * as say from "../support/commands.ts"
import { brokenBy, edges, unwatched, watch, type Watched } from "./laws.ts"
import { Broken, comesToAnEnd, demand, type Machine, replays } from "./lookAhead.ts"
import { expectRequest } from "./expectRequest.ts"
import { adopt, expectReport, type Model, noExecution } from "./Model.ts"
import { anything, obey } from "./SimulatedWorker.ts"

/** A broken law, with everything that led to it. */
export interface Violation {
  readonly law: string
  readonly seed: number
  readonly said: ReadonlyArray<string>
}

const mostCommands = 60
const inherit = (state: Execution): InheritedPush | undefined => {
  if (state.status !== "stopped" || state.push === undefined) return undefined
  const { push, inHand } = state
  return (
    push.inherited ?? {
      executionId: state.executionId,
      taskTitle: inHand?.task.title ?? "",
      intent: push.intent,
      capabilities
    }
  )
}

const newStart = (random: Random, state: State): Request => {
  const inherited = state === undefined ? undefined : inherit(state)
  return say.start(
    {
      requireVerify: random.chance(0.3),
      onFailure: random.chance(0.2) ? "stop" : "continue",
      ...(random.chance(0.2) ? { untilTask: "1.2" } : {}),
      ...(random.chance(0.2) ? { maxTasks: 2 } : {}),
      ...(random.chance(0.1) ? { delivery: random.pick(["branch", "local"] as const) } : {}),
      limits: {
        executionCostUsd: random.chance(0.5) ? 4 : 20,
        generations: 1 + random.int(3),
        ...(random.chance(0.2) ? { executionTokens: 2_400 } : {}),
        ...(random.chance(0.1) ? { taskTokens: 1_200 } : {})
      }
    },
    {
      executionId: executionId(`e-${random.int(1_000_000)}`),
      ...(inherited === undefined ? {} : { inherited })
    }
  )
}

const freeze = <A>(value: A): A => {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value
  for (const inner of Object.values(value)) freeze(inner)
  return Object.freeze(value)
}

/** One walk's moving parts. */
interface Walk {
  state: State
  journal: Array<JournalRecord>
  watched: Watched
  model: Model
  now: number
}

const fold = (machine: Machine, walk: Walk, events: ReadonlyArray<Event>, frozen: boolean): void => {
  for (const event of events) {
    const law = brokenBy(event, walk.watched)
    if (law !== undefined) throw new Broken(law)
    walk.watched = watch(event, walk.watched)
    const before = walk.state
    const after = machine.evolve(before, { at: walk.now, event })
    walk.state = frozen ? freeze(after) : after
    if (before !== undefined && after !== undefined && before.status !== after.status) {
      const to = edges[before.status][event._tag] ?? []
      demand(to.includes(after.status), () => `${event._tag} made ${before.status} ${after.status}`)
    }
    walk.journal.push({ seq: walk.journal.length + 1, at: walk.now, epoch: 1, event })
    demand(after?.version === walk.journal.length, () => "the version is not the number of events")
  }
}

const agree = (walk: Walk, statuses: ReadonlyArray<Model["status"]>): void => {
  const { state, model } = walk
  if (state === undefined) return
  demand(
    statuses.includes(state.status),
    () => `it is ${state.status}, and should be ${statuses.join(" or ")}`
  )
  demand(
    (state.push?.phase ?? "none") === model.push,
    () => `the push is ${state.push?.phase}, not ${model.push}`
  )
  demand(
    state.active?.step === model.running?.step,
    () => `${state.active?.step} runs, not ${model.running?.step}`
  )
  const landed = state.inHand?.landed !== undefined
  demand(landed === model.landed, () => `landed is ${landed}`)
}

const submit = (machine: Machine, walk: Walk, command: Command, frozen: boolean): number => {
  const asked = isRequest(command)
  const expected = asked ? expectRequest(command, walk.model) : expectReport(command, walk.model)
  const decided = machine.decide(command, walk.state)
  if (Result.isFailure(decided)) {
    demand(asked, () => `${command._tag} was rejected`)
    demand(
      ["rejected", "free"].includes(expected.verdict),
      () => `${command._tag} was rejected in ${walk.model.status}`
    )
    return 0
  }
  const events = decided.success
  demand(expected.verdict !== "rejected", () => `${command._tag} was accepted in ${walk.model.status}`)
  demand(
    expected.verdict !== "same" || events.length === 0,
    () => `${command._tag} changed ${walk.model.status}`
  )
  if (expected.verdict === "free" && events.length === 0) return 0
  if (command._tag === "Start") Object.assign(walk, { state: initial, journal: [], watched: unwatched })
  fold(machine, walk, events, frozen)
  walk.model = expected.model
  agree(walk, expected.statuses)
  if (walk.state !== undefined) walk.model = adopt(walk.model, walk.state)
  return events.length
}

const request = (random: Random, state: State): Request => {
  const start = newStart(random, state)
  return random.pick([
    start,
    say.pause,
    say.pause,
    say.pauseNow,
    say.resume,
    say.resume,
    say.resume,
    say.stop,
    say.decide(random.pick(DecisionKind.literals), `1.${1 + random.int(5)}`),
    say.decide(random.pick(DecisionKind.literals), `1.${1 + random.int(5)}`),
    { ...say.resume, delivery: random.pick(["main", "branch", "local"] as const) },
    say.join(...(random.chance(0.5) ? [] : [`2.${random.int(3)}`]))
  ])
}

/** Chooses what is said next; `obeyed` when it is what `next` asks for. */
const choose = (random: Random, machine: Machine, state: State, unlucky: boolean) => {
  const dice = random.int(100)
  if (state === undefined) return { command: newStart(random, state) }
  if (dice < 8) return { command: anything(random, state) }
  const again = state.push === undefined ? 40 : 90
  if (isEnded(state.status) && dice < again) return { command: newStart(random, state) }
  if (dice < (state.status === "paused" ? 60 : 16)) return { command: request(random, state) }
  if (state.push !== undefined && dice < 24) return { command: say.stop }
  const report = obey(random, machine.next(state), state, unlucky)
  demand(
    report !== undefined || isEnded(state.status) || state.status === "paused",
    () => `next has nothing to do in ${state.status}`
  )
  return report === undefined ? { command: request(random, state) } : { command: report, obeyed: true }
}

/** What was seen on all walks, by name: statuses, events, reasons. */
export type Seen = Map<string, number>

const count = (seen: Seen, name: string): void => void seen.set(name, (seen.get(name) ?? 0) + 1)

const remember = (seen: Seen, journal: ReadonlyArray<JournalRecord>): void => {
  for (const { event } of journal) {
    count(seen, event._tag)
    if (event._tag === "Paused" || event._tag === "ExecutionFailed" || event._tag === "TaskFailed")
      count(seen, `${event._tag} ${event.reason}`)
    if (event._tag === "PushResolved")
      count(seen, `${event.inherited ? "inherited" : "own"} ${event.outcome._tag}`)
    if (event._tag === "Stopped" && event.unresolvedPush !== undefined) count(seen, "Stopped unresolved")
    if (event._tag === "WaitStarted") count(seen, `WaitStarted ${event.waiting.reason}`)
  }
}

/** Walks once. Undefined: nothing was broken. */
export const walk = (seed: number, machine: Machine, seen: Seen): Violation | undefined => {
  const random = makeRandom(seed)
  const thorough = seed % 20 === 0
  const one: Walk = { state: initial, journal: [], watched: unwatched, model: noExecution, now: startedAt }
  const said: Array<string> = []
  const unlucky = random.chance(0.05)
  const lookAhead = random.int(mostCommands)
  try {
    for (let commands = 0; commands < mostCommands; commands++) {
      const { command, obeyed } = choose(random, machine, one.state, unlucky)
      said.push(`${one.state?.status ?? "none"}: ${JSON.stringify(command).slice(0, 160)}`)
      one.now += random.int(5000)
      if (command._tag === "Start") remember(seen, one.journal)
      const events = submit(machine, one, { ...command, at: one.now }, thorough)
      demand(obeyed !== true || events > 0, () => `next asks for ${command._tag}, which changes nothing`)
      if (commands === lookAhead && one.state !== undefined) comesToAnEnd(machine, one.state)
    }
    if (one.state !== undefined) comesToAnEnd(machine, one.state)
    if (thorough) replays(machine, one.journal, one.state, random.int(one.journal.length + 1))
    remember(seen, one.journal)
    return undefined
  } catch (cause) {
    const law = cause instanceof Broken ? cause.message : `it threw ${String(cause)}`
    return { law, seed, said }
  }
}

/** The first broken law of walks 1 to `walks`. */
export const firstViolation = (
  walks: number,
  machine: Machine,
  seen: Seen = new Map()
): Violation | undefined => {
  for (let seed = 1; seed <= walks; seed++) {
    const violation = walk(seed, machine, seen)
    if (violation !== undefined) return violation
  }
  return undefined
}
