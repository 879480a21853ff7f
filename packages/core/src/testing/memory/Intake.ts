/**
 * The intake port in memory: accepting is one synchronous step, so parallel requests cannot come between.
 */
import { Effect, Layer, Result } from "effect"
import type { Execution } from "../../execution/State.ts"
import {
  type Acceptance,
  type Accepted,
  type ClientEvent,
  type IdempotencyKey,
  Intake,
  type IntakeShape,
  type Recalled,
  recalled
} from "../../ports/Intake.ts"
import type { JournalError } from "../../ports/Journal.ts"
import { appendEvents, createExecution } from "./journalWrites.ts"
import { MemoryStore, type MemoryStoreShape, now } from "./MemoryStore.ts"

const keyOf = ({ scope, key }: Pick<IdempotencyKey, "scope" | "key">) => JSON.stringify([scope, key])
const eventOf = ({ source, id }: Pick<ClientEvent, "source" | "id">) => JSON.stringify([source, id])

const recall = (
  { keys, clientEvents }: MemoryStoreShape,
  { idempotency, event }: Parameters<IntakeShape["recall"]>[0],
  time: number
): Recalled | undefined => {
  if (idempotency !== undefined) {
    const stored = keys.get(keyOf(idempotency))
    if (stored !== undefined && stored.time > time) return recalled("key", stored, idempotency.fingerprint)
  }
  const stored = event && clientEvents.get(eventOf(event))
  return stored && recalled("event", stored, event.fingerprint)
}

const follow = (
  store: MemoryStoreShape,
  { consequence, at, event }: Pick<Acceptance, "consequence" | "at" | "event">
): Result.Result<Execution | undefined, JournalError> => {
  switch (consequence._tag) {
    case "Create":
      return createExecution(store, consequence.events, at)
    case "Append":
      return appendEvents(store, { ...consequence, at })
    case "Defer":
      if (event === undefined) throw new Error("Only an event defers work.")
      store.deferred.set(eventOf(event), consequence.work)
      return Result.succeed(undefined)
    case "None":
      return Result.succeed(undefined)
  }
}

const accept = (
  store: MemoryStoreShape,
  acceptance: Acceptance,
  time: number
): Result.Result<Accepted, JournalError> => {
  const earlier = recall(store, acceptance, time)
  if (earlier !== undefined) return Result.succeed(earlier)
  const { answer, event, idempotency } = acceptance
  return Result.map(follow(store, acceptance), (execution) => {
    if (idempotency !== undefined) {
      const { fingerprint, ttlMs } = idempotency
      store.keys.set(keyOf(idempotency), { fingerprint, answer, time: time + ttlMs })
    }
    if (event !== undefined) {
      store.clientEvents.set(eventOf(event), { fingerprint: event.fingerprint, answer, time })
    }
    return { _tag: "Accepted", execution }
  })
}

const takeUp = (
  store: MemoryStoreShape,
  ...[id, consequence, at]: Parameters<IntakeShape["takeUp"]>
): Result.Result<Execution | undefined, JournalError> => {
  if (!store.deferred.has(id)) return Result.succeed(undefined)
  return Result.map(follow(store, { consequence, at }), (execution) => {
    store.deferred.delete(id)
    return execution
  })
}

const sweep = ({ keys, clientEvents }: MemoryStoreShape, eventsMs: number, time: number): number => {
  const over = [...keys].filter(([, key]) => key.time <= time)
  const old = [...clientEvents].filter(([, event]) => event.time <= time - eventsMs)
  for (const [key] of over) keys.delete(key)
  for (const [event] of old) clientEvents.delete(event)
  return over.length + old.length
}

const make = Effect.map(MemoryStore, (store): IntakeShape => ({
  recall: (request) => Effect.map(now, (time) => recall(store, request, time)),
  accept: (acceptance) => Effect.flatMap(now, (time) => Effect.fromResult(accept(store, acceptance, time))),
  deferred: Effect.sync(() => [...store.deferred].map(([id, work]) => ({ id, work }))),
  takeUp: (...taken) => Effect.suspend(() => Effect.fromResult(takeUp(store, ...taken))),
  sweep: (eventsMs) => Effect.map(now, (time) => sweep(store, eventsMs, time))
}))

/** The intake of the store in scope. */
export const layer: Layer.Layer<Intake, never, MemoryStore> = Layer.effect(Intake, make)
