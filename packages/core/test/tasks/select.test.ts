import { assert, describe, it } from "@effect/vitest"
import type { Scope } from "../../src/model/Settings.ts"
import { progress, readiness } from "../../src/tasks/progress.ts"
import { type Exclusion, type Selection, select } from "../../src/tasks/select.ts"
import type { TaskGraph } from "../../src/tasks/TaskGraph.ts"
import { done, graphOf, keyOf, task } from "./lists.ts"

const list: Scope = { _tag: "List" }
const only = (...ids: ReadonlyArray<string>): Scope => ({ _tag: "Tasks", ids })

const ask = (graph: TaskGraph, scope: Scope = list, excluded: Record<string, Exclusion> = {}): Selection =>
  select(graph, { scope, excluded: new Map(Object.entries(excluded).map(([id, why]) => [keyOf(id), why])) })

const chosen = (selection: Selection): string => {
  assert(selection._tag === "Selected", selection._tag)
  return selection.task.id
}

describe("order", () => {
  it("is document order where nothing else is said", () => {
    assert.strictEqual(chosen(ask(graphOf([task("2"), task("1")]))), "2")
  })
  it("higher priority first", () => {
    assert.strictEqual(
      chosen(ask(graphOf([task("1"), task("2", [], { priority: 1 }), task("3", [], { priority: 1 })]))),
      "2"
    )
  })
  it("what is in progress comes before priority", () => {
    const graph = graphOf([task("1", [], { priority: 9 }), task("2", [], { state: "in_progress" })])
    assert.strictEqual(chosen(ask(graph)), "2")
  })
  it("a blocked task waits however urgent it is", () => {
    const graph = graphOf([task("1", ["2"], { state: "in_progress", priority: 9 }), task("2")])
    assert.strictEqual(chosen(ask(graph)), "2")
  })
})

describe("dependencies", () => {
  it("only done satisfies one", () => {
    const graph = graphOf([task("1", [], { state: "in_progress" }), task("2", ["1"])])
    assert.deepStrictEqual(ask(graph, list, { "1": "failed" }), {
      _tag: "NothingRunnable",
      blocked: [{ id: "2", by: ["1"] }],
      excluded: [{ id: "1", reason: "failed" }]
    })
  })
  it("a container is satisfied when its required tasks are done", () => {
    const tasks = [task("1.1", [], done), task("1.2", [], { optional: true }), task("2.1", ["1"])]
    assert.strictEqual(chosen(ask(graphOf(tasks, { "1": ["1.1", "1.2"] }))), "2.1")
  })
  it("independent tasks go on past a failed one", () => {
    assert.strictEqual(
      chosen(ask(graphOf([task("1"), task("2", ["1"]), task("3")]), list, { "1": "failed" })),
      "3"
    )
  })
  it("blocked tasks name the nearest unfinished dependency and the root cause", () => {
    const graph = graphOf([task("1"), task("2", ["1"]), task("3", ["2"]), task("4", ["3", "2"])])
    const selection = ask(graph, list, { "1": "held" })
    assert(selection._tag === "NothingRunnable")
    assert.deepStrictEqual(selection.blocked, [
      { id: "2", by: ["1"] },
      { id: "3", by: ["2", "1"] },
      { id: "4", by: ["3", "1"] }
    ])
  })
  it("several root causes are all named, through containers too", () => {
    const graph = graphOf([task("1.1"), task("1.2"), task("2.1", ["1"])], { "1": ["1.1", "1.2"] })
    const selection = ask(graph, list, { "1.1": "failed", "1.2": "held" })
    assert(selection._tag === "NothingRunnable")
    assert.deepStrictEqual(selection.blocked, [{ id: "2.1", by: ["1.1", "1.2"] }])
  })
  it("an exclusion is of one title: a retitled task is another task", () => {
    const graph = graphOf([task("1", [], { normalizedTitle: "something else" })])
    assert.strictEqual(chosen(ask(graph, list, { "1": "failed" })), "1")
  })
  it("a cycle ends as nothing runnable", () => {
    assert.strictEqual(ask(graphOf([task("1", ["2"]), task("2", ["1"])]))._tag, "NothingRunnable")
  })
})

describe("ends and scopes", () => {
  const graph = graphOf(
    [task("1.1", [], done), task("1.2"), task("1.3", [], { optional: true }), task("2.1", ["1.2"])],
    {
      "1": ["1.1", "1.2", "1.3"]
    }
  )
  it("no tasks at all", () => assert.strictEqual(ask(graphOf([]))._tag, "NoTasks"))
  it("all done, optional tasks aside", () => {
    assert.strictEqual(ask(graphOf([task("1", [], done), task("2", [], { optional: true })]))._tag, "AllDone")
  })
  it("an optional task runs when it is named", () =>
    assert.strictEqual(chosen(ask(graph, only("1.3"))), "1.3"))
  it("an unknown id is said", () =>
    assert.deepStrictEqual(ask(graph, only("1.2", "7")), { _tag: "UnknownTask", id: "7" }))
  it("a container id means its required tasks", () =>
    assert.strictEqual(chosen(ask(graph, only("1"))), "1.2"))
  it("done tasks alone are all done", () => assert.strictEqual(ask(graph, only("1.1"))._tag, "AllDone"))
  it("a dependency out of scope is named", () => {
    assert.deepStrictEqual(ask(graph, only("2.1")), {
      _tag: "NothingRunnable",
      blocked: [{ id: "2.1", by: ["1.2"] }],
      excluded: []
    })
  })
  it("only tasks of the scope are taken", () => {
    assert.strictEqual(chosen(ask(graphOf([task("1"), task("2")]), only("2"))), "2")
  })
})

describe("progress and readiness", () => {
  const graph = graphOf(
    [
      task("1", [], done),
      task("2"),
      task("3", ["1", "2"]),
      task("4", [], { optional: true }),
      task("5", [], { optional: true, ...done })
    ],
    { all: ["1", "2", "4"] }
  )
  it("counts optional tasks only when done or named", () => {
    assert.deepStrictEqual(progress(graph, list), { completed: 2, total: 4 })
    assert.deepStrictEqual(progress(graph, only("1", "4")), { completed: 1, total: 2 })
    assert.deepStrictEqual(progress(graph, only("all", "7")), { completed: 1, total: 2 })
  })
  it("says ready or what is waited for", () => {
    assert.deepStrictEqual(
      readiness(graph).map((one): ReadonlyArray<unknown> => [one.task.id, one.ready, one.waitingFor]),
      [
        ["2", true, []],
        ["3", false, ["2"]],
        ["4", true, []]
      ]
    )
  })
})

it("a failed task at the root of 10,000 in a chain, and of 5,000 in a phase, is told in linear time", () => {
  const chain = Array.from({ length: 10_000 }, (_, n) => task(`c${n}`, n === 0 ? [] : [`c${n - 1}`]))
  const phase = Array.from({ length: 5_000 }, (_, n) => task(`p${n}`, ["chain"]))
  const graph = graphOf([...chain, ...phase], { chain: chain.map((task) => task.id) })
  // The processor's time, so that nobody else's work counts.
  const started = process.cpuUsage()
  const selection = ask(graph, list, { c0: "failed" })
  assert(selection._tag === "NothingRunnable")
  assert.lengthOf(selection.blocked, 14_999)
  assert.isBelow(process.cpuUsage(started).user / 1000, 1_000)
})
