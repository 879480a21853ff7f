/**
 * API, live frames and workers in one process, without a socket: what `devteam serve` listens with, and what a host
 * mounts into its own server.
 *
 * It has no global state, installs no signal handler and never ends the process.
 */
import type { RequestListener } from "node:http"
import { type FrameHub, makeFrameHub } from "@devteam/adapters-http/frames/FrameHub"
import { operatorAccess } from "@devteam/adapters-http/frames/WatchAccess"
import { nodeHandler } from "@devteam/adapters-http/server/HttpApp"
import { Operator, type OperatorShape } from "@devteam/adapters-http/server/Operator"
import { forgetOld } from "@devteam/core/worker/forget"
import { defaultPoolOptions, type PoolOptions, runPool } from "@devteam/core/worker/pool"
import { Deferred, Effect, Fiber } from "effect"

/** What the operator decides: everything but what the service itself is asked about. */
export type OperatorOptions = Omit<OperatorShape, "dependencies">

/** How a service works. */
export interface ServiceOptions {
  readonly operator: OperatorOptions
  readonly pool?: Partial<Omit<PoolOptions, "drain">> | undefined
}

/** A service that runs. */
export interface Service {
  /** For the `request` events of a server of `node:http`. */
  readonly handle: RequestListener
  /** For its `upgrade` events. */
  readonly upgrade: FrameHub["upgrade"]
  /**
   * Says that it is not ready any more, closes live connections, takes nothing more, and lets steps that run come to
   * their end; after `patienceMs` they are interrupted, and go on with the next worker. Ends when nothing runs.
   */
  readonly drain: (patienceMs: number) => Effect.Effect<void>
}

/** Starts a service; it ends with the scope. */
export const makeService = Effect.fn("makeService")(function* (options: ServiceOptions) {
  const draining = yield* Deferred.make<void>()
  const pool = yield* Effect.forkScoped(
    runPool({ ...defaultPoolOptions, ...options.pool, drain: Deferred.await(draining) })
  )
  yield* Effect.forkScoped(Effect.forever(Effect.andThen(forgetOld, Effect.sleep("1 hour"))))
  const workers = Effect.sync(() =>
    Deferred.isDoneUnsafe(draining)
      ? "is shutting down"
      : pool.pollUnsafe() === undefined
        ? undefined
        : "do not run any more; start the server again"
  )
  const operator: OperatorShape = {
    ...options.operator,
    dependencies: [{ name: "workers", check: workers }]
  }
  const hub = yield* makeFrameHub({ access: operatorAccess(operator) })
  const handle = yield* Effect.provideService(nodeHandler, Operator, operator)
  const service: Service = {
    handle,
    upgrade: hub.upgrade,
    drain: Effect.fnUntraced(function* (patienceMs) {
      yield* Deferred.succeed(draining, undefined)
      const rest = Fiber.await(pool).pipe(
        Effect.timeoutOrElse({ duration: patienceMs, orElse: () => Fiber.interrupt(pool) })
      )
      yield* Effect.all([hub.close, rest], { concurrency: "unbounded", discard: true })
    })
  }
  return service
})
