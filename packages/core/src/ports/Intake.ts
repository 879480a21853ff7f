/**
 * Port: accepting what clients send, in one transaction with what follows from it.
 *
 * A 202 is sent after this port's one commit, which holds the event as it came, the execution that it starts or joins,
 * and the answer that a repeated key replays. Nothing else is on a request's path; the sweep and hints do the rest.
 */
import { Context, type Effect, Schema } from "effect"
import type { Event } from "../execution/Event.ts"
import type { Execution } from "../execution/State.ts"
import { CorrelationId, type ExecutionId, ProjectId } from "../model/Ids.ts"
import { ExecutionSettings, Scope } from "../model/Settings.ts"
import type { JournalError } from "./Journal.ts"

/**
 * `busy`: another request with the same key or event is still being accepted, for longer than is worth waiting.
 * `unavailable`: the store cannot be used at the moment. Nothing of this request was stored, or, when the connection
 * broke at its commit, all of it: sent again with the same key it is accepted or replayed.
 */
export class IntakeError extends Schema.TaggedError<IntakeError>()("IntakeError", {
  reason: Schema.Literals(["busy", "unavailable"]),
  message: Schema.String
}) {
  /** Always true: the same request may be sent again, with the same key. */
  get retryable(): boolean {
    return true
  }
}

/** A client's event, as it came. `fingerprint` is the SHA-256 of its canonical body; (source, id) names it. */
export interface ClientEvent {
  readonly source: string
  readonly id: string
  readonly type: string
  readonly projectId: ProjectId
  readonly correlationId: string
  readonly body: string
  readonly fingerprint: string
}

/** A client's idempotency key: `scope` is principal, method and concrete path; `fingerprint` as above. */
export interface IdempotencyKey {
  readonly scope: string
  readonly key: string
  readonly fingerprint: string
  /** By the database's clock. */
  readonly ttlMs: number
}

/** An HTTP answer as it is stored and replayed, byte for byte. */
export interface StoredAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Work for which there is no place yet: what an execution begins with, as soon as its project is free. */
export const DeferredWork = Schema.Struct({
  projectId: ProjectId,
  settings: ExecutionSettings,
  scope: Scope,
  correlationId: CorrelationId,
  workflow: Schema.String,
  eventId: Schema.optionalKey(Schema.String),
  userId: Schema.optionalKey(Schema.String),
  priority: Schema.optionalKey(Schema.Int)
})
export type DeferredWork = typeof DeferredWork.Type

/** Deferred work with its name in the store. */
export interface Deferral {
  readonly id: string
  readonly work: DeferredWork
}

/**
 * What follows from the request: a new execution, more work for the active one, work for later (which needs the event
 * that asked for it), or nothing.
 */
export type Consequence =
  | { readonly _tag: "Create"; readonly events: ReadonlyArray<Event> }
  | {
      readonly _tag: "Append"
      readonly executionId: ExecutionId
      readonly expectedVersion: number
      readonly events: ReadonlyArray<Event>
    }
  | { readonly _tag: "Defer"; readonly work: DeferredWork }
  | { readonly _tag: "None" }

/** One request to accept. `answer` is what the client gets, and what a repeat of its key or event gets. */
export interface Acceptance {
  readonly at: number
  readonly event?: ClientEvent | undefined
  readonly idempotency?: IdempotencyKey | undefined
  readonly consequence: Consequence
  readonly answer: StoredAnswer
}

/**
 * What an earlier request has settled. `Replayed`: the same key or event was accepted before, with this answer.
 * `Mismatch`: the key or the event's id was used for another body. Nothing is stored for either, nor is a new key
 * that comes with a known event.
 */
export type Recalled =
  | { readonly _tag: "Replayed"; readonly answer: StoredAnswer; readonly by: "key" | "event" }
  | { readonly _tag: "Mismatch"; readonly of: "key" | "event" }

/** What became of a request. `execution` is the one that it created or appended to, as it is now. */
export type Accepted = { readonly _tag: "Accepted"; readonly execution: Execution | undefined } | Recalled

/** Compares a request with what is stored under its key or event. */
export const recalled = (
  by: "key" | "event",
  stored: { readonly fingerprint: string; readonly answer: StoredAnswer },
  fingerprint: string
): Recalled =>
  stored.fingerprint === fingerprint
    ? { _tag: "Replayed", answer: stored.answer, by }
    : { _tag: "Mismatch", of: by }

/** The intake port. */
export interface IntakeShape {
  /**
   * Looks for an earlier answer to the same key or event, without accepting anything: so that a repeat is replayed
   * before its request is judged anew. The key is looked at first. It never waits for a request that is being accepted.
   */
  readonly recall: (request: {
    readonly event?: Pick<ClientEvent, "source" | "id" | "fingerprint"> | undefined
    readonly idempotency?: Pick<IdempotencyKey, "scope" | "key" | "fingerprint"> | undefined
  }) => Effect.Effect<Recalled | undefined, IntakeError>
  /**
   * Accepts a request, or replays. `version_conflict` and `exists` mean that the consequence was decided on an old
   * state: nothing is stored, decide again. Of parallel requests with one key or event exactly one is accepted; the
   * others wait up to 2 s for it and are replayed.
   */
  readonly accept: (acceptance: Acceptance) => Effect.Effect<Accepted, IntakeError | JournalError>
  /** Deferred work that nobody has taken up yet, in the order in which it came. */
  readonly deferred: Effect.Effect<ReadonlyArray<Deferral>, IntakeError>
  /**
   * Does what follows from deferred work by now, and forgets that it was deferred, in one transaction. Undefined when
   * somebody else has taken it up; errors as of `accept`.
   */
  readonly takeUp: (
    id: string,
    consequence: Extract<Consequence, { readonly _tag: "Create" | "Append" }>,
    at: number
  ) => Effect.Effect<Execution | undefined, IntakeError | JournalError>
  /**
   * Forgets keys whose time is over and events older than `eventsMs`, both by the database's clock. Goes on in small
   * transactions until there is nothing more to forget; answers how many it was.
   */
  readonly sweep: (eventsMs: number) => Effect.Effect<number, IntakeError>
}

/** See {@link IntakeShape}. */
export class Intake extends Context.Service<Intake, IntakeShape>()("@devteam/core/Intake") {}
