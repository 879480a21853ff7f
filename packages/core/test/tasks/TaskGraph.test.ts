import { assert, describe, it } from "@effect/vitest"
import { blockedBy, problemMessage } from "../../src/tasks/TaskGraph.ts"
import { done, graphOf, task } from "./lists.ts"

const tags = (graph: ReturnType<typeof graphOf>) => graph.problems.map((problem) => problem._tag)

describe("problems", () => {
  it("none in a sound list", () => {
    assert.deepStrictEqual(
      graphOf([task("1.1"), task("1.2", ["1.1"]), task("2.1", ["1"])], { "1": ["1.1", "1.2"] }).problems,
      []
    )
  })

  it("a duplicated id comes with both lines", () => {
    const { problems } = graphOf([task("1", [], { line: 3 }), task("1", [], { line: 8 })])
    assert.deepStrictEqual(problems, [{ _tag: "DuplicateId", id: "1", lines: [3, 8] }])
  })

  it("a task and a container of one id are duplicates", () => {
    assert.deepStrictEqual(tags(graphOf([task("1"), task("2")], { "1": ["2"] })), ["DuplicateId"])
  })

  it("a cycle is told as its path", () => {
    const { problems } = graphOf([task("1"), task("2", ["4"]), task("3", ["2"]), task("4", ["3", "1"])])
    assert.deepStrictEqual(
      problems.map((problem) => (problem._tag === "Cycle" ? problem.path : [])),
      [["2", "4", "3", "2"]]
    )
    assert.include(problemMessage(problems[0] ?? { _tag: "Cycle", path: [], lines: [] }), "2 → 4 → 3 → 2")
  })

  it("two knots are two cycles, and a task may be its own", () => {
    const graph = graphOf([task("1", ["2"]), task("2", ["1"]), task("3", ["3"]), task("4", ["3"])])
    assert.deepStrictEqual(
      graph.problems.map((problem) => (problem._tag === "Cycle" ? problem.path : [])),
      [
        ["1", "2", "1"],
        ["3", "3"]
      ]
    )
  })

  it("a cycle through phases names them", () => {
    const graph = graphOf([task("1.1", ["2"]), task("2.1", ["1"])], { "1": ["1.1"], "2": ["2.1"] })
    const [cycle] = graph.problems
    assert(cycle?._tag === "Cycle")
    assert.deepStrictEqual(cycle.path, ["1.1", "2", "2.1", "1", "1.1"])
  })

  it("a task that depends on its own phase is a cycle; an optional one is not", () => {
    assert.deepStrictEqual(tags(graphOf([task("1.1", ["1"])], { "1": ["1.1"] })), ["Cycle"])
    assert.deepStrictEqual(tags(graphOf([task("1.1", ["1"], { optional: true })], { "1": ["1.1"] })), [])
  })

  it("a dangling dependency names task and dependency", () => {
    assert.deepStrictEqual(graphOf([task("1", ["9"], { line: 4 })]).problems, [
      { _tag: "Dangling", taskId: "1", dependency: "9", line: 4 }
    ])
  })

  it("a chain of 20,000 tasks needs no deep stack", () => {
    const chain = Array.from({ length: 20_000 }, (_, n) => task(String(n), n === 0 ? [] : [String(n - 1)]))
    assert.deepStrictEqual(graphOf(chain).problems, [])
    const closed = graphOf([...chain.slice(1), task("0", ["19999"])])
    assert.deepStrictEqual(tags(closed), ["Cycle"])
  })
})

describe("blockedBy", () => {
  const graph = graphOf(
    [
      task("1.1", [], done),
      task("1.2"),
      task("1.3", [], { optional: true }),
      task("2.1", ["1", "1.2"]),
      task("2.2", ["1.1"])
    ],
    { "1": ["1.1", "1.2", "1.3"] }
  )
  it("expands containers to their unfinished required tasks", () => {
    assert.deepStrictEqual(blockedBy(graph, "2.1"), ["1.2"])
  })
  it("is empty for what is ready and for what is not there", () => {
    assert.deepStrictEqual(blockedBy(graph, "2.2"), [])
    assert.deepStrictEqual(blockedBy(graph, "7"), [])
  })
})
