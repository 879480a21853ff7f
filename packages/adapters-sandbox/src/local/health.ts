/**
 * What is inside a sandbox: the versions of the tools that every project needs.
 *
 * It runs them there, through the sandbox's own `exec`, so it also shows that commands can run at all.
 */
import { type ExecEvent, type ExecRequest, SandboxError } from "@devteam/core/ports/Sandbox"
import { Effect, Stream } from "effect"

type Exec = (request: ExecRequest) => Stream.Stream<ExecEvent, SandboxError>

const versionOf = Effect.fn("versionOf")(function* (exec: Exec, cwd: string, tool: string) {
  const events = yield* Stream.runCollect(exec({ argv: [tool, "--version"], cwd, timeoutMs: 60_000 })).pipe(
    Effect.mapError((error) =>
      error.reason === "not_found" ? new SandboxError({ reason: "unhealthy", message: error.message }) : error
    )
  )
  const text = new TextDecoder()
  const written = { stdout: "", stderr: "" }
  for (const event of events) {
    if (event._tag === "Chunk") written[event.stream] += text.decode(event.bytes)
    else if (event.outcome.exitCode !== 0) {
      return yield* new SandboxError({
        reason: "unhealthy",
        message: `\`${tool} --version\` does not work in the sandbox: ${written.stderr.trim() || `it ended with ${event.outcome.exitCode ?? event.outcome.signal}`}. Repair ${tool} on the worker's machine.`
      })
    }
  }
  return written.stdout.trim()
})

/** Versions as the tools print them, without a leading `v` or `git version`. `unhealthy` names the broken tool. */
export const toolVersions = Effect.fn("toolVersions")(function* (exec: Exec, cwd: string) {
  const { git, node, npm } = yield* Effect.all({
    git: versionOf(exec, cwd, "git"),
    node: versionOf(exec, cwd, "node"),
    npm: versionOf(exec, cwd, "npm")
  })
  return { git: git.replace(/^git version /, ""), node: node.replace(/^v/, ""), npm }
})
