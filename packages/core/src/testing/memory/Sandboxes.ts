/**
 * A sandbox without processes: every program is a function.
 *
 * For tests of steps and of the worker: agents, npm and builds are scripted, time-outs follow the test clock. A
 * program sees the whole request and may write files itself. It does not look anything up in PATH, and what a
 * program writes arrives at its end.
 */
import { Array as Arr, Clock, Deferred, Effect, Layer, Option, Stream } from "effect"
import {
  type ExecEvent,
  type ExecRequest,
  SandboxError,
  Sandboxes,
  type SandboxOwner
} from "../../ports/Sandbox.ts"

/** How a scripted program ends. Text is encoded as UTF-8. */
export interface ScriptedResult {
  readonly exitCode: number
  readonly stdout?: string | Uint8Array | undefined
  readonly stderr?: string | Uint8Array | undefined
}

/** A scripted program. It may sleep, and is interrupted where a process would be killed. */
export type ScriptedProgram = (request: ExecRequest) => Effect.Effect<ScriptedResult, SandboxError>

type Killed = Deferred.Deferred<never, SandboxError>

const lost = new SandboxError({
  reason: "lost",
  message: "The sandbox was taken away while the command ran. The command is dead; run it again."
})

const chunks = (request: ExecRequest, result: ScriptedResult): Array<ExecEvent> => {
  const limit = request.maxOutputBytes ?? Number.POSITIVE_INFINITY
  let total = 0
  return (["stdout", "stderr"] as const).flatMap((stream) => {
    const text = result[stream] ?? ""
    const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text
    const room = Math.min(Math.max(0, limit - total), bytes.length)
    total += bytes.length
    return [
      { _tag: "Chunk" as const, stream, bytes: bytes.subarray(0, room), stored: true },
      { _tag: "Chunk" as const, stream, bytes: bytes.subarray(room), stored: false }
    ].filter((event) => event.bytes.length > 0)
  })
}

const bytesOf = (events: ReadonlyArray<ExecEvent>): number =>
  events.reduce((sum, event) => sum + (event._tag === "Chunk" ? event.bytes.length : 0), 0)

const run = Effect.fnUntraced(function* (program: ScriptedProgram, request: ExecRequest, killed: Killed) {
  const start = yield* Clock.currentTimeMillis
  const idle = request.idleTimeoutMs ?? Number.POSITIVE_INFINITY
  const cause = idle < request.timeoutMs ? ("idle" as const) : ("timed_out" as const)
  const ended = yield* program(request).pipe(
    Effect.raceFirst(Deferred.await(killed)),
    Effect.timeoutOption(Math.min(idle, request.timeoutMs))
  )
  const durationMs = (yield* Clock.currentTimeMillis) - start
  const output = Option.isSome(ended) ? chunks(request, ended.value) : []
  const end = Option.isSome(ended)
    ? { exitCode: ended.value.exitCode, signal: null, cause: "exited" as const }
    : { exitCode: null, signal: "SIGTERM", cause }
  return Arr.append(output, {
    _tag: "Exited" as const,
    outcome: { ...end, durationMs, outputBytes: bytesOf(output) }
  } satisfies ExecEvent)
})

/**
 * A Sandboxes layer of scripted programs by `argv[0]`, for example `{ npm: () => Effect.succeed({ exitCode: 0 }) }`.
 * Every other program fails with `not_found`. Each layer has its own state.
 */
export const layerMemory = (programs: Readonly<Record<string, ScriptedProgram>>): Layer.Layer<Sandboxes> =>
  Layer.sync(Sandboxes, () => {
    const running = new Map<Killed, SandboxOwner>()
    const kill = (isVictim: (owner: SandboxOwner) => boolean) =>
      Effect.filter([...running], ([killed, owner]) =>
        isVictim(owner) ? Deferred.fail(killed, lost) : Effect.succeed(false)
      ).pipe(Effect.map((victims) => victims.length))

    const reap = (by: Pick<SandboxOwner, "instance" | "projectId" | "epoch">) =>
      kill(
        (owner) =>
          owner.instance === by.instance && owner.projectId === by.projectId && owner.epoch < by.epoch
      )

    const acquire = Effect.fnUntraced(function* (owner: SandboxOwner) {
      yield* reap(owner)
      let open = true
      const start = Effect.fnUntraced(function* (request: ExecRequest) {
        const program = programs[request.argv[0]]
        if (!open) return yield* lost
        if (program === undefined) {
          const message = `${request.argv[0]} is not one of the scripted programs.`
          return yield* new SandboxError({ reason: "not_found", message })
        }
        const killed = yield* Effect.acquireRelease(
          Effect.sync(() => {
            const killed: Killed = Deferred.makeUnsafe()
            running.set(killed, owner)
            return killed
          }),
          (killed) => Effect.sync(() => running.delete(killed))
        )
        return Stream.fromArrayEffect(run(program, request, killed))
      })
      const destroy = Effect.suspend(() => {
        open = false
        return Effect.asVoid(kill((other) => other === owner))
      })
      yield* Effect.addFinalizer(() => destroy)
      return {
        kind: "memory",
        exec: (request: ExecRequest) => Stream.unwrap(start(request)),
        health: Effect.suspend(() =>
          open
            ? Effect.succeed({
                git: "2.0.0",
                node: "24.0.0",
                npm: "11.0.0",
                containment: "container" as const,
                warnings: ["in-memory sandbox: programs are scripted"]
              })
            : Effect.fail(lost)
        ),
        destroy
      }
    })
    return Sandboxes.of({ acquire, reap })
  })
