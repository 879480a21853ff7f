/** A process that takes a lock, says so, and holds it until it is killed. */
import { Effect } from "effect"
import { makeExclusiveLock } from "../../src/ExclusiveLock.ts"

const file = process.argv[2] ?? ""
setInterval(() => {}, 60_000)
await Effect.runPromise(
  makeExclusiveLock().withLock(file)(
    Effect.andThen(
      Effect.sync(() => process.stdout.write("held\n")),
      Effect.never
    )
  )
)
