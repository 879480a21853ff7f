/**
 * The one process runner: makes a `CodingAgent` of an agent's pure functions, on top of a sandbox's `exec`.
 *
 * It writes the plan's files, decodes the output, keeps its tail, lets `decode` fold it, and reads back what the agent
 * wrote about itself. It judges nothing, and it never looks at the checkout.
 */
import type { AgentError, CodingAgent } from "@devteam/core/ports/CodingAgent"
import { type ExecOutcome, SandboxError, type SandboxSession } from "@devteam/core/ports/Sandbox"
import type { AgentSettings } from "@devteam/core/model/Settings"
import type { Usage } from "@devteam/core/model/Candidate"
import { Effect, Stream } from "effect"
import type { AgentDefinition, AgentEvent } from "./AgentDefinition.ts"
import { notFound } from "./findProgram.ts"
import { readFiles, writeFiles } from "./scratchFiles.ts"
import { makeTextTail } from "./TextTail.ts"

const tailBytes = 65_536
const probeTimeoutMs = 30_000

const probe = <S>(definition: AgentDefinition<S>): CodingAgent["probe"] =>
  Effect.fn("CodingAgent.probe")(function* (settings, sandbox, env, cwd) {
    const asked = yield* Effect.fromResult(definition.probe(settings))
    yield* Effect.fromResult(definition.requireVariables(settings, env))
    yield* writeFiles(cwd, asked.files)
    const printed = { stdout: makeTextTail(tailBytes), stderr: makeTextTail(tailBytes) }
    const decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() }
    let exitCode: number | null = null
    yield* Stream.runForEach(
      sandbox.exec({ argv: asked.argv, cwd, env: asked.env, timeoutMs: probeTimeoutMs }),
      (event) =>
        Effect.sync(() => {
          if (event._tag === "Exited") exitCode = event.outcome.exitCode
          else printed[event.stream].push(decoders[event.stream].decode(event.bytes, { stream: true }))
        })
    )
    const { stdout, stderr } = printed
    return yield* Effect.fromResult(asked.read({ exitCode, stdout: stdout.text(), stderr: stderr.text() }))
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
    evidence: (exit: ExecOutcome, files: Readonly<Record<string, string>>) => {
      text("stdout", decoders.stdout.decode())
      text("stderr", decoders.stderr.decode())
      take(definition.end(state, files))
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
    yield* Effect.fromResult(definition.requireVariables(input.settings, input.env))
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
    return collector.evidence(exit, yield* readFiles(input.scratch, plan.reads))
  })

/** Makes the port's agent. */
export const processAgent = <S>(definition: AgentDefinition<S>): CodingAgent => ({
  id: definition.id,
  variables: definition.variables,
  probe: probe(definition),
  run: run(definition),
  judge: definition.judge
})
