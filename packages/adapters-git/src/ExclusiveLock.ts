/**
 * One holder at a time per name: between the fibers of this process, and between the processes of this machine.
 *
 * Between processes it is an exclusive SQLite transaction on an empty file, because that is a lock of the kernel:
 * it ends with the process that held it, however that died, so there is no stale lock to recognise and no race in
 * breaking one. Needs a local disk.
 */
import { DatabaseSync } from "node:sqlite"
import { Effect, Semaphore } from "effect"

const pollMs = 25

const pause = Effect.callback<void>((resume) => {
  const timer = setTimeout(() => resume(Effect.void), pollMs)
  return Effect.sync(() => clearTimeout(timer))
})

const isBusy = (error: unknown): boolean =>
  typeof error === "object" && error !== null && "errcode" in error && error.errcode === 5

const tryLock = (file: string): DatabaseSync | undefined => {
  const database = new DatabaseSync(file, { timeout: 0 })
  try {
    database.exec("BEGIN EXCLUSIVE")
    return database
  } catch (error) {
    database.close()
    if (isBusy(error)) return undefined
    throw error
  }
}

const acquire = (file: string): Effect.Effect<DatabaseSync> =>
  Effect.gen(function* () {
    for (;;) {
      const held = yield* Effect.sync(() => tryLock(file))
      if (held !== undefined) return held
      yield* Effect.interruptible(pause)
    }
  })

/** Runs effects one after the other per lock file. The file stays behind, empty. */
export interface ExclusiveLock {
  readonly withLock: (file: string) => <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
}

/** Makes a set of locks for one process. */
export const makeExclusiveLock = (): ExclusiveLock => {
  const semaphores = new Map<string, Semaphore.Semaphore>()
  return {
    withLock: (file) => (effect) => {
      const semaphore = semaphores.get(file) ?? Semaphore.makeUnsafe(1)
      semaphores.set(file, semaphore)
      return semaphore.withPermits(1)(
        Effect.acquireUseRelease(
          acquire(file),
          () => effect,
          (database) => Effect.sync(() => database.close())
        )
      )
    }
  }
}
