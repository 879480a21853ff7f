import { assert, describe, it } from "@effect/vitest"
import { type AgentEvidence, type AgentInput, CodingAgents } from "@devteam/core/ports/CodingAgent"
import type { ExecOutcome } from "@devteam/core/ports/Sandbox"
import { Effect, Result } from "effect"
import { chmodSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { layer } from "../src/agents.ts"
import { commandAgent } from "../src/command/commandAgent.ts"
import { lastLine, noLine, pushText } from "../src/command/lastLine.ts"
import { makeTextTail } from "../src/TextTail.ts"
import { directories } from "./support/directories.ts"
import { makeSpawnSession } from "./support/spawnSession.ts"

const inputOf = (argv: ReadonlyArray<string>, more: Partial<AgentInput> = {}): AgentInput => ({
  settings: { id: "command", argv, env: [], model: "large" },
  checkout: "/work tree",
  scratch: "/scratch",
  prompt: "Do {taskId} for $1",
  timeoutMs: 10_000,
  idleTimeoutMs: 10_000,
  maxOutputBytes: 1_000,
  env: { DEVTEAM_TASK_ID: "2.1" },
  ...more
})

const planOf = (argv: ReadonlyArray<string>, more?: Partial<AgentInput>) =>
  Result.getOrThrow(commandAgent.plan(inputOf(argv, more)))

const exited: ExecOutcome = { exitCode: 0, signal: null, cause: "exited", durationMs: 61_000, outputBytes: 0 }

const judge = (exit: Partial<ExecOutcome>, changed: boolean, output = "") => {
  const [state] = commandAgent.decode(commandAgent.initial, { stream: "stdout", text: output })
  const notes = commandAgent.end(state, {}).map((event) => (event._tag === "Note" ? event.note : ""))
  const evidence: AgentEvidence = { exit: { ...exited, ...exit }, tail: output, usage: undefined, notes }
  return commandAgent.judge(evidence, changed)
}

describe("plan", () => {
  it("replaces its placeholders inside words, once, and nothing else in braces", () => {
    const plan = planOf([
      "agent",
      "--file={prompt}",
      "{promptText}",
      "-C{checkout}",
      "{model}/{taskId}",
      '{"a":{x}}'
    ])
    assert.deepStrictEqual(plan.argv, [
      "agent",
      "--file=/scratch/prompt.md",
      "Do {taskId} for $1",
      "-C/work tree",
      "large/2.1",
      '{"a":{x}}'
    ])
    assert.isUndefined(plan.stdin)
    assert.deepStrictEqual(plan.env, { DEVTEAM_PROMPT_FILE: "/scratch/prompt.md" })
  })

  it("gives the prompt on stdin to a program that does not name it", () => {
    const plan = planOf(["agent", "--model", "{model}"])
    assert.strictEqual(plan.stdin, "Do {taskId} for $1")
    assert.deepStrictEqual(plan.files, [{ path: "prompt.md", content: "Do {taskId} for $1" }])
  })

  it("refuses what cannot work, with what to do", () => {
    const message = (argv: ReadonlyArray<string>, more?: Partial<AgentInput>) => {
      const error = Result.getOrThrow(Result.flip(commandAgent.plan(inputOf(argv, more))))
      assert.strictEqual(error.reason, "unusable")
      return error.message
    }
    assert.include(message([]), "Set its argv")
    const settings = { id: "command", argv: ["agent", "{model}"], env: [] }
    assert.include(message([], { settings }), "no model is set")
    assert.include(message(["agent", "{promptText}"], { prompt: "ä".repeat(70_000) }), "Use {prompt}")
  })
})

describe("judge", () => {
  it("believes the exit code of a program that changed files", () => {
    assert.strictEqual(judge({}, true)._tag, "Changed")
    assert.strictEqual(judge({ exitCode: 1 }, true)._tag, "MalformedEdit")
  })

  it("takes a kill from outside as no work, whatever was changed", () => {
    for (const exit of [{ exitCode: null, signal: "SIGKILL" }, { exitCode: 137 }, { exitCode: 143 }]) {
      for (const changed of [true, false]) assert.strictEqual(judge(exit, changed)._tag, "NoWork")
    }
    assert.strictEqual(judge({ exitCode: 130 }, false)._tag, "Failed")
  })

  it("says how long a run took that did not end", () => {
    const outcome = judge(
      { cause: "timed_out", exitCode: null, signal: "SIGKILL", durationMs: 1_800_000 },
      true
    )
    assert.deepStrictEqual(outcome, {
      _tag: "TimedOut",
      message: "The agent did not end in time; stopped after 30 min."
    })
    assert.strictEqual(judge({ cause: "idle", exitCode: null }, false)._tag, "TimedOut")
  })

  it("knows a stated nothing-to-do only as the last line, with a reason of its own", () => {
    const line = "DEVTEAM: NOTHING-TO-DO is there"
    const noOp = { _tag: "NoOp", reason: "is there" } as const
    assert.deepStrictEqual(judge({}, false, `hm\n\u001b[32m${line}\u001b[0m\r\n \n`), noOp)
    assert.deepStrictEqual(judge({ exitCode: 1 }, false, line), noOp)
    assert.strictEqual(judge({}, true, line)._tag, "Changed")
    assert.strictEqual(judge({}, false, `${line}\nbye`)._tag, "NoEdit")
    assert.strictEqual(judge({}, false, `> ${line}`)._tag, "NoEdit")
    assert.strictEqual(judge({}, false, "DEVTEAM: NOTHING-TO-DO <reason>")._tag, "NoEdit")
    assert.deepStrictEqual(judge({}, false, "DEVTEAM: NOTHING-TO-DO"), {
      _tag: "NoOp",
      reason: "no reason given"
    })
  })
})

describe("output", () => {
  it("finds the last line however the output is cut", () => {
    const text = "one\n  20 %\r 100 %\rdone\n\n"
    for (let at = 0; at <= text.length; at++) {
      assert.strictEqual(lastLine(pushText(pushText(noLine, text.slice(0, at)), text.slice(at))), "done")
    }
  })

  it("keeps the last bytes, cut between characters", () => {
    const tail = makeTextTail(10)
    for (let round = 0; round < 50; round++) tail.push("aé🚀")
    assert.strictEqual(tail.text(), "aé🚀")
  })
})

describe("command agent as a process", () => {
  const start = Effect.fn("start")(function* (argv: ReadonlyArray<string>, more: Partial<AgentInput> = {}) {
    const agent = yield* (yield* CodingAgents).get("command")
    const place = yield* directories
    const session = makeSpawnSession()
    const evidence = yield* agent.run(inputOf(argv, { ...place, ...more }), session, () => Effect.void)
    return { agent, place, session, evidence }
  })

  it.live("gives the prompt on stdin, and as a private file outside the checkout", () =>
    Effect.gen(function* () {
      const prompt = "ä ".repeat(200_000)
      const { place, evidence } = yield* start(
        ["sh", "-c", 'cat > got.md; printf %s "$DEVTEAM_PROMPT_FILE"'],
        { prompt }
      )
      assert.strictEqual(readFileSync(join(place.checkout, "got.md"), "utf8"), prompt)
      const file = join(place.scratch, "prompt.md")
      assert.strictEqual(evidence.tail, file)
      assert.strictEqual(readFileSync(file, "utf8"), prompt)
      assert.strictEqual(statSync(file).mode & 0o077, 0)
    }).pipe(Effect.provide(layer))
  )

  it.live("closes stdin where the prompt is named, so that nothing waits for it", () =>
    Effect.gen(function* () {
      const { evidence } = yield* start(["sh", "-c", "cat; echo over {prompt}"])
      assert.isTrue(evidence.tail.startsWith("over "))
    }).pipe(Effect.provide(layer))
  )

  it.live("puts characters together that were cut, and keeps 64 KiB of both streams", () =>
    Effect.gen(function* () {
      const bytes = "for b in \\\\360 \\\\237 \\\\232 \\\\200; do printf $b; sleep 0.01; done"
      const { evidence } = yield* start(["sh", "-c", `${bytes}; echo; echo problem >&2`])
      assert.include(evidence.tail, "🚀")
      assert.include(evidence.tail, "problem")
      const { evidence: long } = yield* start(["sh", "-c", "yes 0123456789 | head -c 300000; echo end"])
      assert.strictEqual(Buffer.byteLength(long.tail), 65_536)
      assert.isTrue(long.tail.endsWith("end\n"))
      assert.strictEqual(long.exit.outputBytes, 300_004)
    }).pipe(Effect.provide(layer))
  )

  it.live("stops at the time-out and at the idle time-out", () =>
    Effect.gen(function* () {
      const slow = yield* start(["sh", "-c", "while :; do echo tick; sleep 0.02; done"], { timeoutMs: 200 })
      assert.strictEqual(slow.evidence.exit.cause, "timed_out")
      const idle = yield* start(["sh", "-c", "echo tick; sleep 60"], { idleTimeoutMs: 200 })
      assert.strictEqual(idle.evidence.exit.cause, "idle")
      assert.strictEqual(idle.agent.judge(idle.evidence, false)._tag, "TimedOut")
      assert.strictEqual(idle.session.running() + slow.session.running(), 0)
    }).pipe(Effect.provide(layer))
  )

  it.live("a program that is missing at the start is an error of the agent", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(start(["/no/such/agent"]))
      assert.isTrue(error._tag === "AgentError" && error.reason === "not_found" && !error.retryable)
      assert.include(error.message, "/no/such/agent")
    }).pipe(Effect.provide(layer))
  )

  it.live("a variable without a value stops it before anything runs", () =>
    Effect.gen(function* () {
      const settings = { id: "command", argv: ["sh", "-c", "echo > ran"], env: ["AGENT_KEY"] }
      const error = yield* Effect.flip(start([], { settings, env: { AGENT_KEY: "" } }))
      assert.isTrue(error._tag === "AgentError" && error.reason === "missing_variable")
    }).pipe(Effect.provide(layer))
  )
})

describe("probe", () => {
  const probe = Effect.fn("probe")(function* (program: string, path?: string) {
    const agent = yield* (yield* CodingAgents).get("command")
    const { checkout } = yield* directories
    return yield* agent.probe(
      { id: "command", argv: [program], env: [] },
      makeSpawnSession(path),
      {},
      checkout
    )
  })

  it.live("finds a program by its path or in PATH, and does not run it", () =>
    Effect.gen(function* () {
      const { scratch } = yield* directories
      const agent = join(scratch, "my agent")
      writeFileSync(agent, `#!/bin/sh\necho > '${scratch}/ran'\n`)
      const refused = yield* Effect.flip(probe(agent))
      assert.isTrue(refused._tag === "AgentError" && refused.reason === "not_found", "not executable yet")
      chmodSync(agent, 0o755)
      assert.strictEqual(yield* probe(agent), agent)
      assert.strictEqual(yield* probe("my agent", `/nowhere:${scratch}`), agent)
      assert.throws(() => statSync(join(scratch, "ran")))
    }).pipe(Effect.provide(layer))
  )

  it.live("a missing program says where it was looked for and what to do", () =>
    Effect.gen(function* () {
      for (const program of ["no-such-agent", "cd", "/tmp", "-x", "*"]) {
        const error = yield* Effect.flip(probe(program))
        assert.isTrue(error._tag === "AgentError" && error.reason === "not_found", program)
        assert.include(error.message, `"${program}" in the sandbox. Install it`)
      }
    }).pipe(Effect.provide(layer))
  )
})
