import { assert, describe, it } from "@effect/vitest"
import { AgentError, type AgentInput } from "@devteam/core/ports/CodingAgent"
import { Result } from "effect"
import { aiderAgent } from "../../src/aider/aiderAgent.ts"
import { scratchNames } from "../../src/aider/launcher.ts"
import { aiderNeeds } from "../../src/aider/needs.ts"

const settings = (model?: string, env: ReadonlyArray<string> = []) => ({
  id: "aider",
  argv: [],
  env,
  ...(model === undefined ? {} : { model })
})

const plan = (more: Partial<AgentInput> = {}) =>
  aiderAgent.plan({
    settings: settings("gpt-5"),
    checkout: "/check out",
    scratch: "/scratch",
    prompt: "Do it.",
    timeoutMs: 1_800_000,
    idleTimeoutMs: 600_000,
    maxOutputBytes: 1,
    env: {},
    ...more
  })

describe("plan", () => {
  it("leaves the repository map and the edit format to aider", () => {
    const { argv, files, stdin } = Result.getOrThrow(plan())
    assert.isEmpty(argv.filter((word) => /edit-format|map-tokens|weak-model|no-git$/.test(word)))
    assert.notMatch(
      files.find(({ path }) => path === scratchNames.modelSettings)?.content ?? "",
      /edit_format|repo_map/
    )
    assert.deepStrictEqual(argv.slice(0, 4), [
      "/bin/sh",
      "/scratch/start.sh",
      "aider",
      "/scratch/launcher.py"
    ])
    assert.deepStrictEqual(argv.slice(argv.indexOf("--model")).slice(0, 2), ["--model", "gpt-5"])
    assert.deepStrictEqual(
      argv.slice(-2),
      ["--timeout", "480"],
      "a hanging call ends before the agent counts as idle"
    )
    assert.isUndefined(stdin)
  })

  it("takes the person's program and arguments, which do not outrank its own", () => {
    const argv = ["/opt/aider", "--reasoning-effort", "high", "--auto-commits"]
    const planned = Result.getOrThrow(plan({ settings: { ...settings(), argv } })).argv
    assert.strictEqual(planned[2], "/opt/aider")
    assert.isBelow(planned.indexOf("--auto-commits"), planned.indexOf("--no-auto-commits"))
    assert.notInclude(planned, "--model")
  })

  it("no prompt is one of aider's commands, and none is empty", () => {
    const promptOf = (prompt: string) =>
      Result.getOrThrow(plan({ prompt })).files.find(({ path }) => path === scratchNames.prompt)?.content
    assert.strictEqual(promptOf("/run rm -rf ."), "\n/run rm -rf .")
    assert.strictEqual(promptOf("!rm -rf ."), "\n!rm -rf .")
    assert.strictEqual(promptOf("Do /run"), "Do /run")
    assert.isTrue(Result.isFailure(plan({ prompt: " \n" })))
  })
})

describe("variables", () => {
  it("are those of the model's provider, and no other's", () => {
    assert.deepStrictEqual(aiderAgent.variables(settings("gpt-5")), [
      "OPENAI_API_KEY",
      "OPENAI_API_BASE",
      "OPENAI_ORGANIZATION"
    ])
    assert.deepStrictEqual(aiderAgent.variables(settings("sonnet")), [
      "ANTHROPIC_API_KEY",
      "ANTHROPIC_API_BASE"
    ])
    assert.include(aiderAgent.variables(settings("bedrock/x")), "AWS_PROFILE")
    assert.include(aiderAgent.variables(settings()), "OPENAI_API_KEY")
    assert.include(aiderAgent.variables(settings("newcomer/x")), "MISTRAL_API_KEY")
    for (const model of [undefined, "newcomer/x"]) {
      assert.isEmpty(aiderAgent.variables(settings(model)).filter((name) => name.startsWith("AWS_")))
    }
    assert.deepStrictEqual(aiderAgent.variables(settings("gpt-5", ["MY_KEY"])), ["MY_KEY"])
  })

  it("the one that is missing is named, with the model that needs it", () => {
    const message = (model: string | undefined, env = {}, names: ReadonlyArray<string> = []) => {
      const error = Result.getOrThrow(Result.flip(aiderAgent.requireVariables(settings(model, names), env)))
      assert.strictEqual(error.reason, "missing_variable")
      return error.message
    }
    assert.include(
      message("gpt-5", { ANTHROPIC_API_KEY: "x" }),
      "a key for gpt-5, and there is no value for OPENAI_API_KEY"
    )
    assert.include(message("gemini/x", { GEMINI_API_KEY: "" }), "GEMINI_API_KEY or GOOGLE_API_KEY")
    assert.include(message(undefined), "ANTHROPIC_API_KEY or DEEPSEEK_API_KEY or OPENAI_API_KEY")
    assert.include(message("gpt-5", { OPENAI_API_KEY: "x" }, ["MY_KEY"]), "MY_KEY")
    for (const [model, env] of [
      ["gpt-5", { OPENAI_API_KEY: "x" }],
      [undefined, { DEEPSEEK_API_KEY: "x" }],
      ["ollama_chat/x", {}],
      ["newcomer/x", {}]
    ] as const) {
      assert.isTrue(Result.isSuccess(aiderAgent.requireVariables(settings(model), env)), model)
    }
  })
})

describe("probe", () => {
  const read = (stdout: string, exitCode = 0, stderr = "") => {
    const probe = Result.getOrThrow(aiderAgent.probe(settings()))
    return Result.merge(Result.mapError(probe.read({ exitCode, stdout, stderr }), ({ message }) => message))
  }

  it("answers the version, and what is not guarded in another one", () => {
    assert.strictEqual(read("aider 0.86.2\n"), "aider 0.86.2")
    assert.match(
      read("aider 0.87.0\n"),
      /^aider 0\.87\.0 \(not 0\.86\.2: nothing keeps it from writing outside/
    )
  })

  it("says what to install where there is none, or one that cannot start", () => {
    for (const said of [
      read("", 96),
      read("", 97, "aider: /usr/bin/python3 cannot load it: no aider\n"),
      read("", 2, "x")
    ]) {
      assert.include(said, "uv tool install --python 3.12 aider-chat==0.86.2")
    }
    assert.include(
      read("", 97, "aider: /usr/bin/python3 cannot load it: no aider\n"),
      "/usr/bin/python3 cannot load it"
    )
  })
})

describe("needs", () => {
  const there = Result.succeed("aider 0.86.2")

  it("are fine with the tested version, a key and a model, and never show a value", () => {
    const found = aiderNeeds(settings("gpt-5"), { OPENAI_API_KEY: "s3cret", ANTHROPIC_API_KEY: "x" }, there)
    assert.deepStrictEqual(
      found.map(({ status, found: what }) => [status, what]),
      [
        ["ok", "aider 0.86.2"],
        ["ok", "OPENAI_API_KEY"],
        ["ok", "gpt-5"]
      ]
    )
    assert.notInclude(JSON.stringify(found), "s3cret")
  })

  it("each have their fix", () => {
    const missing = Result.fail(new AgentError({ reason: "not_found", message: "no aider" }))
    const found = aiderNeeds(settings(), {}, missing)
    assert.deepStrictEqual(
      found.map(({ status }) => status),
      ["problem", "problem", "problem"]
    )
    for (const { fix } of found) assert.isNotEmpty(fix)
    const other = aiderNeeds(settings(), { OPENAI_API_KEY: "x" }, Result.succeed("aider 0.87.0 (not 0.86.2)"))
    assert.deepStrictEqual(
      other.map(({ status }) => status),
      ["warning", "ok", "warning"]
    )
    assert.include(other[2]?.found, "gpt-4o, chosen by aider")
  })
})
