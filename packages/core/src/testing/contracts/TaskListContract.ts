/**
 * What every task list adapter has to do, whatever its format: read, order, tick one task, keep every other byte.
 *
 * The suite writes its lists through the adapter's own `render`; what only one dialect has is tested there.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, type Layer, Option } from "effect"
import { TaskId } from "../../model/Ids.ts"
import { identityOf, type Task, type TaskIdentity } from "../../model/Task.ts"
import { TaskList, type TaskListShape } from "../../ports/TaskList.ts"
import { normalizeTitle } from "../../tasks/identity.ts"
import { select } from "../../tasks/select.ts"
import { makeGraph } from "../../tasks/TaskGraph.ts"

/** One entry of a list to write: a container opens a phase for the tasks that follow. */
export type ListEntry =
  | { readonly container: string; readonly title: string }
  | {
      readonly id: string
      readonly title: string
      readonly done?: boolean
      readonly dependencies?: ReadonlyArray<string>
    }

/** What the suite needs of an adapter besides its layer. */
export interface TaskListContractOptions {
  /** Writes the entries in the adapter's format, lines ending in `\n`. */
  readonly render: (entries: ReadonlyArray<ListEntry>) => string
}

const file = "tasks.md"
const options = { file }

const entries: ReadonlyArray<ListEntry> = [
  { container: "1", title: "Foundations" },
  { id: "1.1", title: "Set up the project", done: true },
  { id: "1.2", title: "Write the parser", dependencies: ["1.1"] },
  { container: "2", title: "Features" },
  { id: "2.1", title: "Add `find`", dependencies: ["1"] },
  { id: "2.10", title: "Document it", dependencies: ["2.1", "2.2"] },
  { id: "2.2", title: "Add a cache" }
]

const identity = (id: string, title: string): TaskIdentity => ({
  id: TaskId.make(id),
  normalizedTitle: normalizeTitle(title)
})

const changedLines = (before: string, after: string): ReadonlyArray<number> => {
  const [a, b] = [before.split("\n"), after.split("\n")]
  assert.strictEqual(a.length, b.length, "a tick adds or removes no line")
  return a.flatMap((line, index) => (line === b[index] ? [] : [index + 1]))
}

const byId = (tasks: ReadonlyArray<Task>, id: string): Task => {
  const task = tasks.find((task) => task.id === id)
  if (task === undefined) throw new Error(`task ${id} is missing`)
  return task
}

/** Registers the suite for one adapter. */
export const taskListContract = (
  name: string,
  layer: Layer.Layer<TaskList>,
  { render }: TaskListContractOptions
): void => {
  const check = (title: string, body: (list: TaskListShape) => void) =>
    it.effect(title, () => TaskList.useSync(body).pipe(Effect.provide(layer)))

  describe(`TaskList contract: ${name}`, () => {
    check("reads ids, titles, states, dependencies and lines in document order", (list) => {
      const text = render(entries)
      const { diagnostics, tasks } = list.parse(text, options)
      assert.deepStrictEqual(
        diagnostics.filter((one) => one.severity === "error"),
        []
      )
      assert.deepStrictEqual(
        tasks.map((task): ReadonlyArray<string> => [task.id, task.state]),
        [
          ["1.1", "done"],
          ["1.2", "open"],
          ["2.1", "open"],
          ["2.10", "open"],
          ["2.2", "open"]
        ]
      )
      assert.includeMembers([...byId(tasks, "2.10").dependencies], ["2.1", "2.2"])
      const lines = text.split("\n")
      for (const task of tasks) assert.include(lines[task.line - 1], task.title)
    })

    check("a container holds its tasks", (list) => {
      const { containers } = list.parse(render(entries), options)
      const members = Object.fromEntries(containers.map((one) => [one.id, one.taskIds]))
      assert.deepStrictEqual(members, { "1": ["1.1", "1.2"], "2": ["2.1", "2.10", "2.2"] })
    })

    check("a tick changes one line and makes exactly one task done", (list) => {
      const text = render(entries)
      const before = list.parse(text, options).tasks
      const result = list.tick(text, identityOf(byId(before, "1.2")), options)
      assert(result._tag === "Ticked")
      const [changed = 0, ...others] = changedLines(text, result.text)
      assert.deepStrictEqual(others, [])
      assert.isAtLeast(changed, byId(before, "1.2").line)
      assert.isBelow(changed, byId(before, "2.1").line)
      const after = list.parse(result.text, options).tasks
      assert.deepStrictEqual(
        after,
        before.map((task) => (task.id === "1.2" ? { ...task, state: "done" as const } : task))
      )
    })

    check("line endings, a missing final newline and trailing spaces survive a tick", (list) => {
      const plain = render(entries).trimEnd()
      const crlf = plain.replaceAll("\n", "\r\n")
      for (const text of [plain, crlf, `${crlf}\r\n\r\nunknown text \t `]) {
        const result = list.tick(text, identity("2.2", "Add a cache"), options)
        assert(result._tag === "Ticked")
        assert.lengthOf(changedLines(text, result.text), 1)
        assert.strictEqual(result.text.split("\r").length, text.split("\r").length)
        assert.strictEqual(
          list.parse(result.text, options).tasks.filter((task) => task.state === "done").length,
          2
        )
      }
    })

    check("a done task is AlreadyDone; removed, retitled and renumbered ones are Gone", (list) => {
      const text = render(entries)
      assert.strictEqual(list.tick(text, identity("1.1", "Set up the project"), options)._tag, "AlreadyDone")
      assert.strictEqual(list.tick(text, identity("9.9", "Removed"), options)._tag, "Gone")
      assert.strictEqual(list.tick(text, identity("1.2", "Write the lexer"), options)._tag, "Gone")
      assert.strictEqual(list.tick(text, identity("1.3", "Write the parser"), options)._tag, "Gone")
      assert.strictEqual(list.tick(text, identity("1.2", "Write the PARSER."), options)._tag, "Ticked")
    })

    check("a tick is taken back to the byte, also below lines that moved and beside other ticks", (list) => {
      const text = render(entries)
      const one = list.tick(text, identity("1.2", "Write the parser"), options)
      assert(one._tag === "Ticked")
      const back = list.untick(one.text, identity("1.2", "Write the parser"), text, options)
      assert(back._tag === "Unticked")
      assert.strictEqual(back.text, text)
      const both = list.tick(one.text, identity("2.2", "Add a cache"), options)
      assert(both._tag === "Ticked")
      const moved = `Words of a person.\n\n${both.text}`
      const only = list.untick(moved, identity("1.2", "Write the parser"), text, options)
      assert(only._tag === "Unticked")
      assert.strictEqual(
        list.parse(only.text, options).tasks.filter((task) => task.state === "done").length,
        2
      )
    })

    check("an open task is AlreadyOpen; removed and retitled ones are Gone", (list) => {
      const text = render(entries)
      assert.strictEqual(list.untick(text, identity("2.2", "Add a cache"), text, options)._tag, "AlreadyOpen")
      assert.strictEqual(list.untick(text, identity("9.9", "Removed"), text, options)._tag, "Gone")
      assert.strictEqual(list.untick(text, identity("1.1", "Another title"), text, options)._tag, "Gone")
    })

    const bad: ReadonlyArray<readonly [string, ReadonlyArray<ListEntry>]> = [
      ["duplicate_id", [...entries, { id: "2.1", title: "Add `find`" }]],
      [
        "cycle",
        [
          ...entries,
          { id: "2.3", title: "A", dependencies: ["2.4"] },
          { id: "2.4", title: "B", dependencies: ["2.3"] }
        ]
      ],
      ["dangling_dependency", [...entries, { id: "2.3", title: "A", dependencies: ["7.7"] }]],
      ["no_tasks", [{ container: "1", title: "Nothing yet" }]]
    ]
    for (const [code, list] of bad) {
      check(`${code} is an error with its place, and such a list is not ticked`, (port) => {
        const text = render(list)
        const [error, ...others] = port
          .parse(text, options)
          .diagnostics.filter((one) => one.severity === "error")
        assert.deepStrictEqual(others, [])
        assert(error !== undefined)
        assert.strictEqual(error.code, code)
        assert.strictEqual(error.file, file)
        assert.isAtLeast(error.line, 1)
        assert.isAtMost(error.line, text.split("\n").length)
        assert.isAtLeast(error.column, 1)
        if (code === "cycle") assert.include(error.message, "2.3 → 2.4 → 2.3")
        const result = port.tick(text, identity("2.1", "Add `find`"), options)
        assert(result._tag === "Invalid")
        assert.include(
          result.diagnostics.map((one) => one.code),
          code
        )
      })
    }

    check("select and tick end with everything done, each task after what it depends on", (list) => {
      let text = render(entries)
      const order: Array<string> = []
      for (;;) {
        const { containers, tasks } = list.parse(text, options)
        const next = select(makeGraph(tasks, containers), { scope: { _tag: "List" }, excluded: new Map() })
        if (next._tag === "AllDone") break
        assert(next._tag === "Selected")
        order.push(next.task.id)
        const result = list.tick(text, identityOf(next.task), options)
        assert(result._tag === "Ticked")
        text = result.text
      }
      assert.deepStrictEqual(order, ["1.2", "2.1", "2.2", "2.10"])
    })

    check("text that is no list throws nothing", (list) => {
      for (const text of [
        "",
        "\n",
        "\uFEFF",
        "\u0000\u0001\uFFFF",
        "```\n[ ] 1.1 x",
        "- ".repeat(5_000),
        "<!--",
        "\ud800"
      ]) {
        list.parse(text, options)
        assert.notStrictEqual(list.tick(text, identity("1.1", "y"), options)._tag, "Ticked")
      }
    })

    check("finds a list by its usual name", (list) => {
      assert.deepStrictEqual(list.find(["README.md", "src/tasks.md.ts", "tasks.md"]), Option.some("tasks.md"))
      assert.deepStrictEqual(list.find(["README.md"]), Option.none())
    })

    check("the template is a list without errors", (list) => {
      const { diagnostics, tasks } = list.parse(list.template, options)
      assert.deepStrictEqual(diagnostics, [])
      assert.isAbove(tasks.length, 1)
    })
  })
}
