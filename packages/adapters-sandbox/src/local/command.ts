/**
 * Runs one command: its output as a stream, its time-outs, and the death of everything that it started.
 *
 * A supervisor fiber waits for the end of the command or for a reason to stop it, then kills the whole tree; the
 * stream hands out what was written and ends with one `Exited`. The supervisor does not depend on somebody reading,
 * so a command that nobody reads still times out. It knows nothing of how processes are kept together.
 */
import { type ExecEvent, type ExecOutcome, type ExecRequest, SandboxError } from "@devteam/core/ports/Sandbox"
import { Array as Arr, Cause, Clock, Deferred, Effect, Stream } from "effect"
import { commandOutput } from "./commandOutput.ts"
import type { ProcessTree } from "./ProcessTree.ts"
import { storedBudget } from "./storedBudget.ts"

/** How long a command may take to leave after SIGTERM before SIGKILL. */
const grace = "2 seconds"

/** How long to wait for the rest of the output once everybody who could write is dead. */
const lingering = "1 second"

type Settled = Omit<ExecOutcome, "outputBytes">

/** A command that runs, for its owner's `abort`. */
export interface RunningCommand {
  readonly events: Stream.Stream<ExecEvent, SandboxError>
  /** Kills it because its sandbox goes away: the stream fails with `lost`. */
  readonly abort: Effect.Effect<void, SandboxError>
}

const lost = new SandboxError({
  reason: "lost",
  message: "The sandbox was taken away while the command ran. The command is dead; run it again."
})

/**
 * Supervises a tree that was just started. `events` may be consumed once. The tree is dead when `events` has
 * ended; who does not read it to its end must kill the tree.
 */
export const runCommand = Effect.fn("runCommand")(function* (tree: ProcessTree, request: ExecRequest) {
  const startedAt = yield* Clock.currentTimeMillis
  const silence = Deferred.makeUnsafe<"idle">()
  const settled = Deferred.makeUnsafe<Settled, SandboxError>()
  const output = commandOutput(tree.main.child)
  const budget = storedBudget(request.maxOutputBytes)
  let aborted = false

  const { stdin } = tree.main.child
  // The command may leave without reading its input.
  stdin?.on("error", () => {})
  stdin?.end(request.stdin)

  const supervise = Effect.gen(function* () {
    const cause = yield* tree.ended.pipe(
      Effect.as("exited" as const),
      Effect.raceFirst(Deferred.await(silence)),
      Effect.timeoutOrElse({
        duration: request.timeoutMs,
        orElse: () => Effect.succeed("timed_out" as const)
      })
    )
    if (cause !== "exited") {
      yield* tree.terminate
      yield* Effect.timeoutOption(tree.ended, grace)
    }
    const gone = tree.lost()
    yield* tree.kill
    const end = yield* tree.ended
    if (aborted || gone) return yield* lost
    const durationMs = (yield* Clock.currentTimeMillis) - startedAt
    return cause === "exited"
      ? { cause, exitCode: end.code, signal: end.signal, durationMs }
      : { cause, exitCode: null, signal: end.signal ?? "SIGTERM", durationMs }
  })

  let finished = false
  const finish = Effect.map(Deferred.await(settled), (outcome): Arr.NonEmptyReadonlyArray<ExecEvent> => {
    finished = true
    output.close()
    return [{ _tag: "Exited", outcome: { ...outcome, outputBytes: budget.total() } }]
  })
  const quiet = Effect.asVoid(Deferred.succeed(silence, "idle"))
  const wait = Effect.suspend(() => {
    const news = output.ended() ? Effect.never : output.activity
    const next = Effect.raceFirst(news, Effect.exit(Deferred.await(settled)))
    return request.idleTimeoutMs === undefined || Deferred.isDoneUnsafe(silence)
      ? next
      : Effect.timeoutOrElse(next, { duration: request.idleTimeoutMs, orElse: () => quiet })
  })
  const pull: Effect.Effect<Arr.NonEmptyReadonlyArray<ExecEvent>, SandboxError | Cause.Done> = Effect.suspend(
    () => {
      if (finished) return Cause.done()
      const events = output.take().flatMap(budget.flag)
      if (Arr.isReadonlyArrayNonEmpty(events)) return Effect.succeed(events)
      if (!Deferred.isDoneUnsafe(settled)) return Effect.andThen(wait, pull)
      if (output.ended()) return finish
      // Only a process that got away from the kill can still hold the pipes open.
      return Effect.timeoutOption(output.activity, lingering).pipe(
        Effect.flatMap((news) => (news._tag === "None" ? finish : pull))
      )
    }
  )

  yield* Effect.forkScoped(Deferred.into(supervise, settled), { startImmediately: true })
  const running: RunningCommand = {
    events: Stream.fromPull(Effect.succeed(pull)),
    abort: Effect.suspend(() => {
      aborted = true
      return tree.kill
    })
  }
  return running
})
