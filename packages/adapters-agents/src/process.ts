/**
 * The one process runner: makes a `CodingAgent` of an agent's pure functions, on top of a sandbox's `exec`.
 *
 * It writes the plan's files, decodes the output, keeps its tail and lets `decode` fold it. It judges nothing, and it
 * never looks at the checkout.
 */
import { AgentError, type AgentInput, type CodingAgent } from "@devteam/core/ports/CodingAgent"
import { type ExecOutcome, SandboxError, type SandboxSession } from "@devteam/core/ports/Sandbox"
import type { AgentSettings } from "@devteam/core/model/Settings"
import type { Usage } from "@devteam/core/model/Candidate"
import { Effect, Stream } from "effect"
import { mkdir, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import type { AgentDefinition, AgentEvent, AgentPlan } from "./AgentDefinition.ts"
import { makeTextTail } from "./TextTail.ts"

const tailBytes = 65_536
const probeTimeoutMs = 30_000

/** Finds `$1` as `exec` would, without running it, and prints its path. */
const findProgram = `
case $1 in
  */*) [ -f "$1" ] && [ -x "$1" ] && printf %s "$1" && exit 0; exit 1 ;;
esac
IFS=:
for directory in $PATH; do
  if [ -f "$directory/$1" ] && [ -x "$directory/$1" ]; then printf %s "$directory/$1"; exit 0; fi
done
exit 1
`

const requireVariables = (
  settings: AgentSettings,
  env: AgentInput["env"]
): Effect.Effect<void, AgentError> => {
  const missing = settings.env.filter((name) => (env[name] ?? "") === "")
  if (missing.length === 0) return Effect.void
  const names = missing.join(", ")
  return Effect.fail(
    new AgentError({
      reason: "missing_variable",
      message: `The agent "${settings.id}" needs ${names}, and there is no value for it. Set it where the runner starts, or take it out of the agent's "env".`
    })
  )
}

const notFound = (settings: AgentSettings, why: string): AgentError =>
  new AgentError({ reason: "not_found", message: `The agent "${settings.id}" cannot start: ${why}` })

const writeFiles = (scratch: string, files: AgentPlan["files"]): Effect.Effect<void, SandboxError> =>
  Effect.forEach(
    files,
    ({ path, content }) =>
      Effect.tryPromise({
        try: async () => {
          const file = join(scratch, path)
          await mkdir(dirname(file), { recursive: true })
          await writeFile(file, content, { mode: 0o600 })
        },
        catch: (cause) =>
          new SandboxError({
            reason:
              cause instanceof Error && "code" in cause && cause.code === "ENOSPC"
                ? "disk_full"
                : "unavailable",
            message: `The agent's file ${join(scratch, path)} cannot be written: ${String(cause)}. See that the directory exists and is writable.`
          })
      }),
    { discard: true }
  )

const probe = <S>(definition: AgentDefinition<S>): CodingAgent["probe"] =>
  Effect.fn("CodingAgent.probe")(function* (settings, sandbox, env, cwd) {
    const program = yield* Effect.fromResult(definition.program(settings))
    yield* requireVariables(settings, env)
    const found = makeTextTail(tailBytes)
    let exitCode: number | null = null
    yield* Stream.runForEach(
      sandbox.exec({ argv: ["/bin/sh", "-c", findProgram, "sh", program], cwd, timeoutMs: probeTimeoutMs }),
      (event) =>
        Effect.sync(() => {
          if (event._tag === "Exited") exitCode = event.outcome.exitCode
          else if (event.stream === "stdout") found.push(new TextDecoder().decode(event.bytes))
        })
    )
    return exitCode === 0 && found.text() !== ""
      ? found.text()
      : yield* notFound(
          settings,
          `there is no executable program "${program}" in the sandbox. Install it there, or set the agent's program to an absolute path.`
        )
  })

/** Collects what a run leaves behind. */
const makeCollector = <S>(definition: AgentDefinition<S>) => {
  const decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() }
  const tail = makeTextTail(tailBytes)
  const notes: Array<string> = []
  let state = definition.initial
  let usage: Usage | undefined
  const take = (events: ReadonlyArray<AgentEvent>): void => {
    for (const event of events) {
      if (event._tag === "Note") notes.push(event.note)
      else usage = event.usage
    }
  }
  const text = (stream: "stdout" | "stderr", decoded: string): void => {
    if (decoded === "") return
    tail.push(decoded)
    const [next, events] = definition.decode(state, { stream, text: decoded })
    state = next
    take(events)
  }
  return {
    chunk: (stream: "stdout" | "stderr", bytes: Uint8Array) =>
      text(stream, decoders[stream].decode(bytes, { stream: true })),
    evidence: (exit: ExecOutcome) => {
      text("stdout", decoders.stdout.decode())
      text("stderr", decoders.stderr.decode())
      take(definition.end(state))
      return { exit, tail: tail.text(), usage, notes }
    }
  }
}

const startError =
  (settings: AgentSettings) =>
  (error: SandboxError): AgentError | SandboxError =>
    error.reason === "not_found" ? notFound(settings, error.message) : error

const run = <S>(definition: AgentDefinition<S>): CodingAgent["run"] =>
  Effect.fn("CodingAgent.run")(function* (input, sandbox: SandboxSession, onOutput) {
    yield* requireVariables(input.settings, input.env)
    const plan = yield* Effect.fromResult(definition.plan(input))
    yield* writeFiles(input.scratch, plan.files)
    const collector = makeCollector(definition)
    let exit: ExecOutcome | undefined
    yield* Stream.runForEach(
      sandbox.exec({
        argv: plan.argv,
        cwd: input.checkout,
        env: { ...input.env, ...plan.env },
        stdin: plan.stdin,
        timeoutMs: input.timeoutMs,
        idleTimeoutMs: input.idleTimeoutMs,
        maxOutputBytes: input.maxOutputBytes
      }),
      (event) => {
        if (event._tag === "Exited") {
          exit = event.outcome
          return Effect.void
        }
        collector.chunk(event.stream, event.bytes)
        return onOutput(event)
      }
    ).pipe(Effect.mapError(startError(input.settings)))
    if (exit === undefined) {
      return yield* new SandboxError({
        reason: "lost",
        message: `The sandbox did not say how the agent "${input.settings.id}" ended. It is tried again.`
      })
    }
    return collector.evidence(exit)
  })

/** Makes the port's agent. */
export const processAgent = <S>(definition: AgentDefinition<S>): CodingAgent => ({
  id: definition.id,
  probe: probe(definition),
  run: run(definition),
  judge: definition.judge
})
