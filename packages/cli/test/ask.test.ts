/**
 * Questions on a terminal, and how a status is told: without a process.
 */
import { assert, describe, it } from "@effect/vitest"
import type { StatusProjection } from "@devteam/core/execution/StatusProjection"
import * as given from "@devteam/core/testing/given"
import { Effect, Fiber } from "effect"
import { PassThrough } from "node:stream"
import { overviewTable, statusLines } from "../src/status/text.ts"
import { terminalAsk } from "../src/terminal/ask.ts"
import { makeStyle } from "../src/terminal/style.ts"

const terminal = () => {
  const stream = Object.assign(new PassThrough(), { isTTY: true })
  const written: Array<string> = []
  const output = {
    isTTY: true,
    write: (text: string) => {
      written.push(text)
      return true
    }
  }
  const ask = terminalAsk(stream, output)
  if (ask === undefined) throw new Error("This is a terminal.")
  return { stream, written, ask }
}

describe("a question", () => {
  it.effect("is answered by the next line, and by nothing at the end of the input", () =>
    Effect.gen(function* () {
      const { stream, written, ask } = terminal()
      const first = yield* Effect.forkChild(ask("Start? "), { startImmediately: true })
      stream.write("yes\nmore\n")
      assert.strictEqual(yield* Fiber.join(first), "yes")
      assert.deepStrictEqual(written, ["Start? "])
      const other = terminal()
      const second = yield* Effect.forkChild(other.ask("Start? "), { startImmediately: true })
      other.stream.end()
      assert.strictEqual(yield* Fiber.join(second), undefined)
    })
  )

  it.effect("lets go of the input when it is interrupted", () =>
    Effect.gen(function* () {
      const { stream, ask } = terminal()
      const fiber = yield* Effect.forkChild(ask("Start? "), { startImmediately: true })
      yield* Fiber.interrupt(fiber)
      assert.isTrue(stream.isPaused())
    })
  )

  it("is not asked where one of the two streams is no terminal", () => {
    const stream = new PassThrough()
    const output = { isTTY: true, write: () => true }
    assert.isUndefined(terminalAsk(Object.assign(stream, { isTTY: false }), output))
    assert.isUndefined(terminalAsk(Object.assign(stream, { isTTY: true }), { ...output, isTTY: false }))
  })
})

describe("a status", () => {
  const at = new Date(2026, 10, 22, 14, 0, 0)
  const row: StatusProjection = {
    projectId: given.projectId(),
    executionId: given.executionId(),
    status: "running",
    waiting: {
      reason: "quota",
      until: new Date(2026, 10, 22, 15, 30, 0).toISOString(),
      message: "The model's quota is used up."
    },
    progress: 33,
    totals: { completed: 1, total: 3 },
    currentTask: null,
    currentStep: null,
    round: null,
    branch: "devteam/x",
    startedAt: new Date(2026, 10, 21, 9, 0, 0).toISOString(),
    updatedAt: at.toISOString(),
    completed: [],
    failed: [],
    held: [{ id: "1.2", title: "Second", reason: "push_refused", message: "one\ntwo\n" }],
    superseded: [],
    skipped: [{ id: "1.4", title: "Fourth" }],
    undone: [{ id: "1.1", title: "First", commit: given.sha() }],
    delivery: { kind: "branch", branch: "devteam/x", from: "main" },
    remote: null,
    limits: { taskCostUsd: 2, executionCostUsd: 20 },
    artifacts: [],
    blocked: [
      { id: "1.3", title: "Third", by: ["1.2"] },
      { id: "1.5", by: ["1.3", "1.2"] }
    ],
    usage: { inputTokens: 310_000, outputTokens: 12_000, costUsd: 1.2 },
    unresolvedPush: false
  }

  it("says what was spent, of how much, and until when it waits by the clock here", () => {
    const lines = statusLines(row, { owner: undefined, now: at.getTime(), next: ["Go on"] }, makeStyle(false))
    assert.deepStrictEqual(lines, [
      "acme/shop  running  1 of 3 tasks done (33 %)",
      "  waits until 15:30:00 (1 h 30 min): The model's quota is used up.",
      "  its worker has given it back until then",
      "  execution execution-1 to devteam/x, from main, 29 h 00 min since 2026-11-21 09:00:00",
      "  $1.20 of $20 spent (310k tokens in, 12k out); limits $2 a task, $20 in all",
      "  ! 1.2 Second: one\n      two",
      "  ↶ 1.1 First: taken back by aaaaaaaaaa",
      "  - 1.4 Fourth: skipped",
      "  · 1.3 Third: waits for 1.2",
      "  · 1.5: waits for 1.3, 1.2",
      "  Go on"
    ])
  })

  it("among others says until when it waits as well", () => {
    const busy = { ...row, currentTask: { id: "1.2", title: "Second" }, round: 1 }
    const { waiting: _, ...working } = busy
    const rows = [row, busy, working, { projectId: "acme/new", status: "idle" }]
    assert.deepStrictEqual(
      overviewTable(rows, at.getTime(), makeStyle(false)).map((line) => line.trimEnd()),
      [
        "PROJECT    STATUS   DONE  NOW",
        "acme/shop  running  1/3   waits until 15:30:00",
        "acme/shop  running  1/3   waits until 15:30:00 · 1.2 Second · round 1",
        "acme/shop  running  1/3   1.2 Second · round 1",
        "acme/new   idle"
      ]
    )
  })
})
