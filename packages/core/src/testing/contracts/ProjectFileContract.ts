/**
 * What every reader of the project file has to do: tell what it says, and never fail otherwise than with words.
 *
 * The files here are JSON, which is YAML too; what only YAML has is tested with its adapter.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, type Layer, Result } from "effect"
import type { ProjectSettings } from "../../model/ProjectSettings.ts"
import { ProjectFile } from "../../ports/ProjectFile.ts"

const complete = {
  taskList: "docs/tasks.md",
  granularity: "leaf",
  agent: { id: "command", argv: ["./my-agent", "{prompt}"], model: "m-1", env: ["MY_KEY"] },
  prepare: ["npm ci"],
  verify: ["npm run build && npm test", ["node", "-e", "1 < 2"]],
  requireVerify: true,
  noChange: "accept",
  onFailure: "stop",
  delivery: "branch",
  skip: ["7.1"],
  limits: {
    rounds: 2,
    failedTasks: 1,
    agentTime: "90s",
    agentIdleTime: "1.5m",
    installTime: "5m",
    buildTime: "2h",
    maxTaskCost: 0.5,
    maxCost: 10
  }
}

const read: ProjectSettings = {
  taskList: "docs/tasks.md",
  granularity: "leaf",
  agent: { id: "command", argv: ["./my-agent", "{prompt}"], model: "m-1", env: ["MY_KEY"] },
  prepare: [["npm", "ci"]],
  verify: [
    ["sh", "-c", "npm run build && npm test"],
    ["node", "-e", "1 < 2"]
  ],
  requireVerify: true,
  noChange: "accept",
  onFailure: "stop",
  delivery: "branch",
  skip: ["7.1"],
  limits: {
    rounds: 2,
    failedTasks: 1,
    agentMs: 90_000,
    agentIdleMs: 90_000,
    installMs: 300_000,
    buildMs: 7_200_000,
    taskCostUsd: 0.5,
    executionCostUsd: 10
  }
}

/** Registers the suite. */
export const projectFileContract = (name: string, layer: Layer.Layer<ProjectFile>): void => {
  const parse = (text: string) =>
    Effect.map(ProjectFile, (file) => file.parse(text)).pipe(Effect.provide(layer))

  describe(`ProjectFile: ${name}`, () => {
    it.effect("reads everything that can be said, in the terms of an execution", () =>
      Effect.gen(function* () {
        const document = Result.getOrThrow(yield* parse(JSON.stringify(complete, null, 2)))
        assert.deepStrictEqual(document.settings, read)
        for (const field of ["limits.rounds", "agent", "nothing.of.this"]) {
          const { line, column } = document.positionOf(field)
          assert.isAtLeast(line, 1)
          assert.isAtLeast(column, 1)
        }
      })
    )

    it.effect("an empty file says nothing", () =>
      Effect.gen(function* () {
        assert.deepStrictEqual(Result.getOrThrow(yield* parse("")).settings, {})
        assert.deepStrictEqual(Result.getOrThrow(yield* parse("{}\n")).settings, {})
      })
    )

    it.effect("says everything that is wrong, each with its place", () =>
      Effect.gen(function* () {
        const problems = Result.getOrThrow(
          Result.flip(
            yield* parse(JSON.stringify({ tasklist: "a.md", delivery: "both", skip: [7] }, null, 2))
          )
        )
        assert.deepStrictEqual(problems.map(({ message }) => message).toSorted(), [
          'delivery has to be main, branch or local, not "both"',
          "skip[1] has to be the id of a task, in quotes, not 7",
          'unknown setting "tasklist". Did you mean "taskList"?'
        ])
        assert.isTrue(problems.every(({ line, column }) => line >= 1 && column >= 1))
      })
    )

    it.effect("refuses a secret, and does not repeat it", () =>
      Effect.gen(function* () {
        const token = `ghp_${"a1B2".repeat(9)}`
        for (const text of [
          JSON.stringify({ agent: { id: "command", argv: ["./agent", token] } }),
          JSON.stringify({ [token]: 1 })
        ]) {
          const parsed = yield* parse(text)
          assert.isTrue(Result.isFailure(parsed))
          assert.notInclude(JSON.stringify(parsed), token)
        }
      })
    )

    it.effect("answers in words whatever comes", () =>
      Effect.gen(function* () {
        for (const text of [
          "{",
          "[]",
          "7",
          '"x"',
          "\u0000",
          "{".repeat(10_000),
          '{"agent":[]}',
          '{"__proto__":{}}'
        ]) {
          const problems = Result.getOrThrow(Result.flip(yield* parse(text)))
          assert.isNotEmpty(problems, text.slice(0, 20))
          assert.isTrue(problems.every(({ message }) => message.length > 5))
        }
      })
    )
  })
}
