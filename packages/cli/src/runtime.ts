/**
 * Gives a command the ports that it needs, and opens no more than that.
 *
 * Adapters are imported here, when they are wanted: a command that only reads the stores starts without git, sandbox
 * and agents.
 */
import type { PersonalOptions } from "@devteam/runner/layers/personal"
import type { RunnerPorts } from "@devteam/runner/layers/machine"
import type { EmbeddedStores } from "@devteam/runner/layers/stores"
import { Effect } from "effect"
import { Invocation } from "./Invocation.ts"

/** Runs with everything that a worker needs. */
export const withRunner = <A, E, R>(
  options: Omit<PersonalOptions, "environment">,
  effect: Effect.Effect<A, E, R>
) =>
  Effect.gen(function* () {
    const { environment } = yield* Invocation
    const { personalLayer } = yield* Effect.promise(() => import("@devteam/runner/layers/personal"))
    const layer = personalLayer({ ...options, environment })
    return yield* Effect.provide(effect as Effect.Effect<A, E, R | RunnerPorts>, layer)
  })

/** Runs with the stores alone. */
export const withStores = <A, E, R>(dataDirectory: string, effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const { embeddedStores } = yield* Effect.promise(() => import("@devteam/runner/layers/stores"))
    return yield* Effect.provide(
      effect as Effect.Effect<A, E, R | EmbeddedStores>,
      embeddedStores({ dataDirectory })
    )
  })

/** Runs with git, sandbox, agents and lists, and without stores: nothing is remembered but a cache. */
export const withMachine = <A, E, R>(
  options: Omit<PersonalOptions, "environment">,
  effect: Effect.Effect<A, E, R>
) =>
  Effect.gen(function* () {
    const { environment } = yield* Invocation
    const { personalMachine } = yield* Effect.promise(() => import("@devteam/runner/layers/personal"))
    const layer = personalMachine({ ...options, environment })
    return yield* Effect.provide(
      effect as Effect.Effect<A, E, R | Exclude<RunnerPorts, EmbeddedStores>>,
      layer
    )
  })
