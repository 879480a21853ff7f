/**
 * Several processes at work on one project, and what becomes of them.
 */
import { Deferred, Effect, Fiber } from "effect"
import type { ExecutionId } from "../../src/model/Ids.ts"
import { Host } from "../../src/ports/Host.ts"
import { World } from "../../src/testing/memory/Everything.ts"
import { drive } from "../../src/worker/drive.ts"
import { atPass } from "./support.ts"

/** Runs as another process of the same machine. */
export const as = (pid: number) => {
  return <A, E, R>(self: Effect.Effect<A, E, R>) =>
    Effect.flatMap(World, ({ machine }) => Effect.provideService(self, Host, machine.process(pid)))
}

/** A place where a worker stalls until it is let go. */
export const stall = (place: string, pass = 1) =>
  Effect.gen(function* () {
    const reached = yield* Deferred.make<void>()
    const open = yield* Deferred.make<void>()
    const stalls = atPass(place, Effect.andThen(Deferred.succeed(reached, undefined), Deferred.await(open)), [
      pass
    ])
    return { stalls, reached: Deferred.await(reached), release: Deferred.succeed(open, undefined) }
  })

/**
 * A worker that seems to have died at a place: nothing of it runs any more, and its lease stays as it is. `comesBack`
 * lets it go on after all, to its end.
 */
export const diesAt = (pid: number, executionId: ExecutionId, place: string, pass = 1) =>
  Effect.gen(function* () {
    const world = yield* World
    const { reached, release, stalls } = yield* stall(place, pass)
    const fiber = yield* Effect.forkChild(drive(executionId).pipe(stalls, as(pid)))
    yield* reached
    world.machine.dead.add(pid)
    return { comesBack: Effect.andThen(release, Fiber.join(fiber)) }
  })

/** Our commits on the target, newest first. */
export const commits = Effect.map(World, ({ person }) =>
  person.log().filter(({ message }) => message.includes("DevTeam-Task: "))
)
