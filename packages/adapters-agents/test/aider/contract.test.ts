/**
 * The port's contract, kept by the real aider with a scripted model.
 *
 * What aider itself never does (another exit code than 0, telling a variable) a Python around its own Python does; it
 * also names the behaviour to the model, as its key.
 */
import { codingAgentContract, type AgentBehaviour } from "@devteam/core/testing/contracts/CodingAgentContract"
import { afterAll } from "@effect/vitest"
import { Effect, Exit, Scope } from "effect"
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { layer } from "../../src/agents.ts"
import { aiderProgram } from "../support/aiderVenv.ts"
import { directories } from "../support/directories.ts"
import { writePricesInto } from "../support/modelPrices.ts"
import { type ModelAnswer, scriptedModel } from "../support/scriptedModel.ts"
import { makeSpawnSession } from "../support/spawnSession.ts"

const hello = "hello.txt\n```\n<<<<<<< SEARCH\n=======\nhello\n>>>>>>> REPLACE\n```\n"

const answers: Record<AgentBehaviour, ModelAnswer> = {
  writes_file: { text: `wrote hello.txt\n\n${hello}` },
  writes_file_and_fails: { text: hello },
  nothing_to_do: { text: "looked around\nDEVTEAM: NOTHING-TO-DO already there" },
  silent: { text: "thinking" },
  fails: { text: "no such model" },
  prints_prompt: { text: "" },
  prints_variable: { text: "thinking" },
  hangs: "hang"
}

const around: Partial<Record<AgentBehaviour, string>> = {
  writes_file_and_fails: "exit 3",
  fails: "exit 4",
  prints_variable: 'echo "$AGENT_KEY"'
}

const isBehaviour = (key: string): key is AgentBehaviour => Object.hasOwn(answers, key)

/** A program `aider` that is run by a Python of its own. */
const programFor = (root: string, aider: string, behaviour: AgentBehaviour): string => {
  const directory = join(root, behaviour)
  mkdirSync(directory)
  const python = join(directory, "python")
  const real = join(dirname(aider), "python")
  const lines = ["#!/bin/sh", `OPENAI_API_KEY=${behaviour} "${real}" "$@" || exit`, around[behaviour] ?? ""]
  writeFileSync(python, `${lines.join("\n")}\n`, { mode: 0o755 })
  const program = join(directory, "aider")
  writeFileSync(program, `#!${python}\n`, { mode: 0o755 })
  return program
}

/** A terminal would wrap a long line. */
const promptMark = "prompt|"

const found = await aiderProgram()
if ("missing" in found) console.warn(found.missing)
else {
  const root = mkdtempSync(join(tmpdir(), "devteam-aider-contract-"))
  const scope = Scope.makeUnsafe()
  const model = await Effect.runPromise(
    scriptedModel((_, { key, messages }) => {
      if (!isBehaviour(key)) return { status: 404, message: `no behaviour ${key}` }
      if (key !== "prints_prompt") return answers[key]
      const said =
        messages.find(({ role, content }) => role === "user" && content.includes("🚀"))?.content ?? ""
      // Aider sets its own rules behind what it was asked.
      const lines =
        Buffer.from(said)
          .toString("base64")
          .match(/.{1,900}/g) ?? []
      return { text: lines.map((line) => `${promptMark}${line}`).join("\n") }
    }).pipe(Scope.provide(scope))
  )
  afterAll(async () => {
    await Effect.runPromise(Scope.close(scope, Exit.void))
    rmSync(root, { recursive: true, force: true })
  })
  const home = join(root, "home")
  writePricesInto(home)
  const programs = new Map<AgentBehaviour, string>()
  const session = makeSpawnSession()
  codingAgentContract("aider", {
    agents: layer,
    id: "aider",
    settings: (behaviour) => {
      const program = programs.get(behaviour) ?? programFor(root, found.program, behaviour)
      programs.set(behaviour, program)
      return { id: "aider", argv: [program], env: [], model: "openai/gpt-4o" }
    },
    place: Effect.map(directories, (place) => ({ session, ...place })),
    readFile: (checkout, path) =>
      Effect.sync(() => {
        const file = join(checkout, path)
        return existsSync(file) ? readFileSync(file, "utf8") : undefined
      }),
    running: Effect.sync(session.running),
    variables: { HOME: home, OPENAI_API_KEY: "replaced", OPENAI_API_BASE: model.url },
    timeoutMs: 120_000,
    promptIn: (output) => {
      const lines = output.split("\n").filter((line) => line.startsWith(promptMark))
      const base64 = lines.map((line) => line.slice(promptMark.length)).join("")
      return Buffer.from(base64, "base64")
        .toString("utf8")
        .replace(/\n\n# \*SEARCH\/REPLACE block\* Rules:[^]*/, "")
    }
  })
}
