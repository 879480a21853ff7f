/**
 * What an event does to the state.
 *
 * Total and unconditional: an event is a fact, so it is never refused here. Folding a journal from `initial` gives
 * the task context.
 */
import type { Delivery, Scope } from "../model/Settings.ts"
import type { JournalRecord } from "./Event.ts"
import { evolveDecision, redelivered } from "./evolveDecision.ts"
import { evolveTask, spend } from "./evolveTask.ts"
import { tokensSpent } from "./spending.ts"
import { type Execution, initial, type State } from "./State.ts"
import type { Status, Waiting } from "./Status.ts"

type Recorded = Pick<JournalRecord, "at" | "event">

const begin = ({ at, event }: Recorded): State => {
  if (event._tag !== "ExecutionRequested") return initial
  const { _tag: _, inherited, ordered = [], priority = 0, ...fields } = event
  return {
    ...fields,
    ordered,
    priority,
    version: 1,
    status: "initializing",
    resumesTo: "initializing",
    failures: 0,
    crashes: 0,
    outcomes: [],
    blocked: [],
    totals: { completed: 0, total: 0 },
    costUsd: 0,
    allowanceFromUsd: 0,
    allowanceFromTokens: 0,
    inputTokens: 0,
    outputTokens: 0,
    startedAt: at,
    updatedAt: at,
    ...(inherited === undefined ? {} : { push: { intent: inherited.intent, phase: "unknown", inherited } })
  }
}

const ended = (state: Execution, status: Status, at: number): Execution => {
  const { active: _a, waiting: _w, inHand: _h, pauseMode: _m, pause: _p, lookAgain: _l, ...rest } = state
  return { ...rest, status, endedAt: at }
}

/** After a pause at a limit of dollars or tokens as much is allowed once more. */
const allowance = (state: Execution): Partial<Execution> => {
  if (state.pause?.reason === "max_cost") return { allowanceFromUsd: state.costUsd }
  return state.pause?.reason === "max_tokens" ? { allowanceFromTokens: tokensSpent(state) } : {}
}

/** A limit that paused the execution is used up by resume. */
const withoutUsedLimits = (state: Execution): Execution["settings"] => {
  const { untilTask, maxTasks, ...rest } = state.settings
  return {
    ...rest,
    ...(untilTask === undefined || state.pause?.reason === "until_task" ? {} : { untilTask }),
    ...(maxTasks === undefined || state.pause?.reason === "max_tasks" ? {} : { maxTasks })
  }
}

/** What a person says about the delivery, the project's own settings no longer change. */
const deliveryGiven = ({ settings }: Execution, delivery: Delivery | undefined) =>
  delivery === undefined || settings.explicit === undefined
    ? {}
    : { explicit: [...new Set([...settings.explicit, "delivery"])] }

/** After a red base was mended the candidate is merged onto the head of then, and verified there. */
const reopenVerification = (state: Execution): Partial<Execution> => {
  if (state.pause?.reason !== "baseline_broken" || state.inHand === undefined) return {}
  const { verdict: _, ...inHand } = state.inHand
  return { inHand: { ...inHand, step: "MERGE" as const } }
}

const widened = (scope: Scope, more: Scope): Scope =>
  scope._tag === "List" || more._tag === "List"
    ? { _tag: "List" }
    : { _tag: "Tasks", ids: [...new Set([...scope.ids, ...more.ids])] }

/** After a wait for a busy target the push tries are counted anew. */
const freshGenerations = (state: Execution, waiting: Waiting): Partial<Execution> =>
  waiting.reason !== "target_busy" || state.inHand === undefined
    ? {}
    : { inHand: { ...state.inHand, generation: 1 } }

const withoutActive = (state: Execution): Execution => {
  const { active: _, ...rest } = state
  return rest
}

const apply = (state: Execution, { at, event }: Recorded): Execution => {
  switch (event._tag) {
    case "ExecutionRequested":
      return state
    case "Initialized": {
      const { _tag: _, head: _h, templateSource: _s, totals, settings = state.settings, ...ready } = event
      const status = state.status === "initializing" ? "running" : state.status
      const counts = { totals, failures: 0, crashes: 0 }
      return { ...withoutActive(state), status, resumesTo: "running", settings, ready, ...counts }
    }
    case "StepStarted": {
      const { mode } = event
      const { lookAgain, ...rest } = state
      const looking = lookAgain === undefined || event.step === "SELECT" ? {} : { lookAgain }
      const active = { step: event.step, attempt: event.attempt, startedAt: at }
      const push =
        state.push !== undefined && mode === "push"
          ? { ...state.push, phase: "unknown" as const }
          : state.push
      return {
        ...rest,
        ...looking,
        active: mode === undefined ? active : { ...active, mode },
        ...(push === undefined ? {} : { push })
      }
    }
    case "StepFailed":
      return spend({ ...withoutActive(state), failures: state.failures + 1 }, event.usage)
    case "StepInterrupted":
      return {
        ...withoutActive(state),
        crashes: event.cause === "crashed" ? state.crashes + 1 : state.crashes
      }
    case "WorkRequested":
      return {
        ...state,
        scope: widened(state.scope, event.scope),
        priority: Math.max(state.priority, event.priority ?? 0),
        lookAgain: true
      }
    case "TaskDecided":
      return evolveDecision(state, event)
    case "WaitStarted":
      return { ...state, waiting: event.waiting, ...freshGenerations(state, event.waiting) }
    case "WaitEnded": {
      const { waiting: _, ...rest } = state
      return rest
    }
    case "PauseRequested":
      return { ...state, status: "pausing", pauseMode: event.mode }
    case "Paused": {
      const { pauseMode: _, ...rest } = withoutActive(state)
      return { ...rest, status: "paused", pause: { reason: event.reason, message: event.message } }
    }
    case "Resumed": {
      const { pause: _p, pauseMode: _m, ...rest } = state
      const anewFrom = allowance(state)
      const lifted = { ...withoutUsedLimits(state), ...deliveryGiven(state, event.delivery) }
      const resumed = { ...rest, ...reopenVerification(state), ...anewFrom }
      if (event.delivery === undefined || event.delivery === lifted.delivery) {
        return { ...resumed, status: state.resumesTo, settings: lifted }
      }
      const settings = { ...lifted, delivery: event.delivery }
      const anew = { status: "initializing", resumesTo: "initializing" } as const
      return { ...resumed, ...anew, settings, ordered: redelivered(state) }
    }
    case "StopRequested": {
      const { waiting: _w, pause: _p, pauseMode: _m, ...rest } = state
      return { ...rest, status: "stopping" }
    }
    case "Stopped": {
      const kept =
        event.unresolvedPush === undefined || state.inHand === undefined ? {} : { inHand: state.inHand }
      return { ...ended(state, "stopped", at), ...kept }
    }
    case "ExecutionCompleted":
      return { ...ended(state, "completed", at), totals: event.totals, blocked: [] }
    case "ExecutionFailed":
      return {
        ...ended(state, "error", at),
        error: { reason: event.reason, message: event.message },
        blocked: event.blocked
      }
    default:
      return evolveTask(state, at, event)
  }
}

/** Folds one recorded event into the state. */
export const evolve = (state: State, recorded: Recorded): State => {
  if (state === undefined) return begin(recorded)
  return { ...apply(state, recorded), version: state.version + 1, updatedAt: recorded.at }
}
