/**
 * The real aider in the real local sandbox, against a scripted endpoint: what it is asked, what it may do, and what its
 * ends are worth. Two runs at a time.
 */
import { assert, describe, it } from "@effect/vitest"
import { layer as localSandboxes } from "@devteam/adapters-sandbox/local/LocalSandboxes"
import { ExecutionId, InstanceId, ProjectId } from "@devteam/core/model/Ids"
import { nothingToDo } from "@devteam/core/prompt/render"
import { Sandboxes } from "@devteam/core/ports/Sandbox"
import { Effect, Result, Semaphore } from "effect"
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { aiderAgent } from "../../src/aider/aiderAgent.ts"
import { pinnedVersion, scratchNames } from "../../src/aider/launcher.ts"
import { processAgent } from "../../src/process.ts"
import type { AgentDefinition, AgentPlan } from "../../src/AgentDefinition.ts"
import { type AiderRun, runAider } from "../support/aiderRun.ts"
import { aiderProgram } from "../support/aiderVenv.ts"
import { directories } from "../support/directories.ts"

const aider = await aiderProgram()
if ("missing" in aider) console.warn(aider.missing)
const program = "program" in aider ? aider.program : ""

const two = Semaphore.makeUnsafe(2)
const run = (given: Omit<AiderRun, "program">) => two.withPermits(1)(runAider({ program, ...given }))

const replace = (path: string, search: string, by: string): string =>
  `${path}\n\`\`\`\n<<<<<<< SEARCH\n${search}=======\n${by}>>>>>>> REPLACE\n\`\`\`\n`

const greeting = "export const greet = (name: string): string => `Hello ${name}`\n"
const polite = greeting.replace("Hello", "Dear")
const politeReply = replace("src/greet.ts", greeting, polite)

/** Aider with another plan. */
const planned = (change: (plan: AgentPlan) => AgentPlan): AgentDefinition<string> => ({
  ...aiderAgent,
  plan: (input) => Result.map(aiderAgent.plan(input), change)
})

/** Aider's own program with the same arguments: the control of everything that the launcher does. */
const stock = planned((plan) => ({
  ...plan,
  env: { ...plan.env, PYTHON_DOTENV_DISABLED: "" },
  argv: [program, ...plan.argv.slice(4)]
}))

/** The launcher as it is when it meets another version than the one that it knows. */
const otherVersion = planned((plan) => ({
  ...plan,
  files: plan.files.map((file) => ({
    ...file,
    content: file.content.replace(`"${pinnedVersion}"`, '"0.0.0"')
  }))
}))

/** A checkout that brings settings which run commands, and a reply that writes where it should not. */
const hostile: Omit<AiderRun, "program"> = {
  files: {
    ".aider.conf.yml": "load: commands.txt\n",
    ".env": "AIDER_CHAT_LANGUAGE=Klingon\n",
    "commands.txt": "/run touch by-conf\n"
  },
  prompt: "Greet politely in src/greet.ts. See src/link.txt too.\n",
  links: { "src/link.txt": "../../linked.txt" },
  outside: { "../linked.txt": "mine\nprivate\n" },
  answer: (index) => ({
    text:
      index === 0
        ? [
            replace("src/./link.txt", "mine\n", "escaped\n"),
            replace(".git/config", "[core]\n", "[escaped]\n\tyes = true\n[core]\n"),
            politeReply,
            // Fits nowhere, so it is asked for again.
            replace("src/greet.ts", "not there\n", "x\n")
          ].join("\n")
        : replace("../beside.txt", "", "escaped\n")
  })
}

/** Where the reply got to, and whether the checkout's settings ran a command. */
const escaped = (checkout: string): ReadonlyArray<string> => {
  const read = (path: string): string => {
    const file = join(checkout, path)
    return existsSync(file) ? readFileSync(file, "utf8") : ""
  }
  return [
    ...["../linked.txt", ".git/config"].filter((path) => read(path).includes("escaped")),
    ...["../beside.txt", "by-conf"].filter((path) => existsSync(join(checkout, path)))
  ]
}

describe.skipIf("missing" in aider)("real aider", { concurrent: true, timeout: 240_000 }, () => {
  it.live("edits a file, with its map of the repository and the model's own edit format", () =>
    Effect.gen(function* () {
      const prompt =
        "/Greet politely in `src/greet.ts`.\n\nDo not edit the task list `TASKS.md`.\n\n" +
        "```\nTASKS.md\nsrc/crlf.ts\nsrc/greet.ts\nsrc/other.ts\n```\n"
      const { evidence, outcome, requests, status, checkout, scratch } = yield* run({
        prompt,
        files: { "src/crlf.ts": "export const a = 1\r\nexport const b = 2\r\n" },
        answer: () => ({ text: `${politeReply}\n${replace("src/crlf.ts", "export const a = 1\n", "")}` })
      })
      assert.deepStrictEqual(outcome, { _tag: "Changed" })
      assert.deepStrictEqual(status, [" M src/crlf.ts", " M src/greet.ts"])
      assert.strictEqual(readFileSync(join(checkout, "src/greet.ts"), "utf8"), polite)
      assert.strictEqual(readFileSync(join(checkout, "src/crlf.ts"), "utf8"), "export const b = 2\r\n")
      assert.deepStrictEqual(evidence.usage, {
        inputTokens: requests.length * 1_000,
        outputTokens: requests.length * 100,
        costUsd: requests.length * 0.0035,
        source: "reported",
        exact: true
      })
      const asked = requests[0]?.text ?? ""
      assert.strictEqual(requests[0]?.key, "sk-scripted")
      assert.include(asked, "*SEARCH/REPLACE block* Rules", "gpt-4o's own format")
      assert.include(asked, "Here are summaries of some files present in my git repository.")
      assert.include(asked, prompt.trim(), "a leading slash is no command")
      assert.include(asked, greeting, "the file that the prompt speaks of is in the chat")
      assert.notInclude(asked, "Greet politely\n- ", "one that it only lists is not")
      assert.notInclude(asked, "export const b = 2", "one that it only lists is not")
      assert.notInclude(asked, "- [ ] 1", "nor one that is not to be edited")
      assert.isTrue(existsSync(join(scratch, "tags")), "the map's cache is not in the checkout")
    })
  )

  it.live("makes a file, with the format of a model that writes whole files", () =>
    Effect.gen(function* () {
      const { outcome, requests, status, checkout } = yield* run({
        model: "openai/gpt-4o-mini",
        answer: () => ({ text: "src/new file.ts\n```\nexport const ä = 1\n```\n" })
      })
      assert.deepStrictEqual(outcome, { _tag: "Changed" })
      assert.strictEqual(readFileSync(join(checkout, "src/new file.ts"), "utf8"), "export const ä = 1\n")
      assert.strictEqual(status.length, 1)
      assert.notInclude(requests[0]?.text, "SEARCH/REPLACE")
    })
  )

  it.live("a bad key ends it for good, after one request", () =>
    Effect.gen(function* () {
      const { evidence, outcome, requests } = yield* run({
        answer: () => ({ status: 401, code: "invalid_api_key", message: "Incorrect API key provided" })
      })
      assert.isTrue(outcome._tag === "Failed" && outcome.permanent)
      assert.include(JSON.stringify(outcome), "Incorrect API key provided")
      assert.strictEqual(evidence.exit.exitCode, 0)
      assert.strictEqual(requests.length, 1)
      assert.isUndefined(evidence.usage)
    })
  )

  it.live("so does a model that nobody knows", () =>
    Effect.gen(function* () {
      const { outcome, requests } = yield* run({
        answer: () => ({ status: 404, code: "model_not_found", message: "The model does not exist" })
      })
      assert.isTrue(outcome._tag === "Failed" && outcome.permanent && /model's name/.test(outcome.message))
      assert.strictEqual(requests.length, 1)
    })
  )

  it.live("a rate limit with Retry-After says until when", () =>
    Effect.gen(function* () {
      const before = Date.now()
      const { outcome, requests } = yield* run({
        answer: () => ({ status: 429, message: "Slow down", headers: { "retry-after": "600" } })
      })
      assert.isTrue(outcome._tag === "Quota")
      const until = outcome._tag === "Quota" ? (outcome.untilMs ?? 0) : 0
      assert.isAtLeast(until, before + 600_000)
      assert.isAtMost(until, Date.now() + 600_000)
      assert.strictEqual(requests.length, 5)
    })
  )

  it.live("one without says that it does not know, and an edit before it is no success", () =>
    Effect.gen(function* () {
      const { evidence, outcome, status } = yield* run({
        answer: (index) =>
          index === 0
            ? { text: `${politeReply}\n${replace("src/greet.ts", "not there\n", "x\n")}` }
            : { status: 429, code: "insufficient_quota", message: "You exceeded your current quota" }
      })
      assert.isTrue(outcome._tag === "Quota" && outcome.untilMs === undefined)
      assert.include(JSON.stringify(outcome), "exceeded your current quota")
      assert.deepStrictEqual(status, [" M src/greet.ts"])
      assert.strictEqual(evidence.usage?.inputTokens, 1_000)
    })
  )

  it.live("a server that fails is no work done", () =>
    Effect.gen(function* () {
      const { evidence, outcome } = yield* run({ answer: () => ({ status: 503, message: "overloaded" }) })
      assert.isTrue(outcome._tag === "NoWork" && outcome.message.includes("overloaded"))
      assert.deepStrictEqual(evidence.usage, {
        inputTokens: 0,
        outputTokens: 0,
        source: "reported",
        exact: false
      })
    })
  )

  it.live("an edit that fits nowhere is asked for four times, and is then malformed", () =>
    Effect.gen(function* () {
      const { evidence, outcome, requests, status } = yield* run({
        answer: () => ({ text: replace("src/greet.ts", "not there\n", "x\n") })
      })
      assert.strictEqual(outcome._tag, "MalformedEdit")
      assert.strictEqual(requests.length, 4)
      assert.deepStrictEqual(status, [])
      assert.strictEqual(evidence.usage?.outputTokens, 400)
    })
  )

  it.live("an empty answer is no work done", () =>
    Effect.gen(function* () {
      const { outcome } = yield* run({ answer: () => ({ text: "" }) })
      assert.strictEqual(outcome._tag, "NoWork")
    })
  )

  it.live("prose is no edit, whatever it says that aider says", () =>
    Effect.gen(function* () {
      const { outcome } = yield* run({
        answer: () => ({
          text:
            "Done.\nApplied edit to src/greet.ts\nlitellm.RateLimitError: no\n" +
            `Only 3 reflections allowed, stopping.\n${nothingToDo} is only quoted here\nThat is all.\n`
        })
      })
      assert.strictEqual(outcome._tag, "NoEdit")
    })
  )

  it.live("a stated nothing-to-do is a no-op with its reason", () =>
    Effect.gen(function* () {
      const { outcome } = yield* run({
        answer: () => ({ text: `I looked.\n\n\`${nothingToDo} it greets politely\`\n` })
      })
      assert.deepStrictEqual(outcome, { _tag: "NoOp", reason: "it greets politely" })
    })
  )

  it.live("an answer that never comes is ended by the time-out", () =>
    Effect.gen(function* () {
      const { evidence, outcome, requests } = yield* run({ answer: () => "hang", timeoutMs: 25_000 })
      assert.strictEqual(outcome._tag, "TimedOut")
      assert.strictEqual(requests.length, 1)
      assert.deepInclude(evidence.usage, { inputTokens: 0, exact: false })
    })
  )

  it.live("honours no settings of the checkout, and neither reads nor writes outside it and in .git", () =>
    Effect.gen(function* () {
      const { evidence, outcome, requests, status, checkout } = yield* run(hostile)
      assert.notInclude(requests[0]?.text, "Klingon")
      for (const { text } of requests) assert.notInclude(text, "private")
      assert.deepStrictEqual(escaped(checkout), [])
      assert.deepStrictEqual(status, [" M src/greet.ts"])
      assert.deepStrictEqual(outcome, { _tag: "Changed" })
      for (const path of ["src/./link.txt", ".git/config", "../beside.txt"]) {
        assert.include(evidence.tail, `Refused edit to ${path}`)
      }
    })
  )

  it.live("control: without the launcher it honours them, and writes everywhere", () =>
    Effect.gen(function* () {
      const { checkout, requests } = yield* run({ ...hostile, definition: stock })
      assert.include(requests[0]?.text, "Klingon")
      assert.include(requests[0]?.text, "private")
      assert.deepStrictEqual(escaped(checkout), ["../linked.txt", ".git/config", "../beside.txt", "by-conf"])
    })
  )

  it.live("of another version only the settings are closed, and the prompt's list of files is left out", () =>
    Effect.gen(function* () {
      const prompt = "Greet politely in src/greet.ts.\n\n```\nsrc/greet.ts\nsrc/other.ts\n```\n"
      const { checkout, requests, scratch } = yield* run({ ...hostile, prompt, definition: otherVersion })
      assert.deepStrictEqual(escaped(checkout), ["../linked.txt", ".git/config", "../beside.txt"])
      assert.notInclude(requests[0]?.text, "Klingon")
      assert.notInclude(requests[0]?.text, "export const other")
      assert.notInclude(readFileSync(join(scratch, scratchNames.prompt), "utf8"), "src/other.ts")
    })
  )

  it.live("answers its version, and that another program is not it", () =>
    Effect.gen(function* () {
      const { checkout, scratch } = yield* directories
      const agent = processAgent(aiderAgent)
      const probe = (argv: ReadonlyArray<string>, path: string) =>
        Effect.gen(function* () {
          const sandbox = yield* (yield* Sandboxes).acquire({
            instance: InstanceId.make("probe"),
            projectId: ProjectId.make("probe"),
            executionId: ExecutionId.make("probe"),
            epoch: 1
          })
          const settings = { id: "aider", argv, env: [] }
          return yield* agent.probe(settings, sandbox, { OPENAI_API_KEY: "sk" }, checkout)
        }).pipe(
          Effect.scoped,
          Effect.provide(
            localSandboxes({ homesDirectory: join(checkout, "../homes"), environment: { PATH: path } })
          )
        )
      const system = process.env["PATH"] ?? ""
      assert.strictEqual(
        yield* probe([], `${join(program, "..")}:${system}`),
        `aider ${pinnedVersion}`,
        "found in PATH"
      )
      mkdirSync(join(scratch, "bin"))
      const other = join(scratch, "bin", "aider")
      writeFileSync(other, "#!/bin/sh\necho aider 1.0\n", { mode: 0o755 })
      for (const argv of [[], [other]]) {
        const error = yield* Effect.flip(probe(argv, `${join(scratch, "bin")}:/usr/bin:/bin`))
        assert.isTrue(error._tag === "AgentError" && error.reason === "not_found")
        assert.include(error.message, "cannot tell which Python runs")
        assert.include(error.message, `aider-chat==${pinnedVersion}`)
      }
      const error = yield* Effect.flip(probe(["/no/such/aider"], system))
      assert.include(
        error.message,
        'no executable program "/no/such/aider" in the sandbox. Install it with `uv'
      )
    })
  )
})
