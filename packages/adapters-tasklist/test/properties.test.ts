import { assert, describe, it } from "@effect/vitest"
import { identityOf, type Task } from "@devteam/core/model/Task"
import { normalizeTitle } from "@devteam/core/tasks/identity"
import { select } from "@devteam/core/tasks/select"
import { blockedBy, makeGraph } from "@devteam/core/tasks/TaskGraph"
import { parseList } from "../src/parse.ts"
import { applyEdits, readSource } from "../src/SourceText.ts"
import { tick } from "../src/tick.ts"
import { editByHand, generateList, shapes } from "./generate.ts"
import { options, read } from "./parsing.ts"
import { forSeeds, rounds } from "./random.ts"

const scope = { _tag: "List" } as const

const selectFrom = (text: string): Task | undefined => {
  const { containers, tasks } = read(text)
  const selection = select(makeGraph(tasks, containers), { scope, excluded: new Map() })
  return selection._tag === "Selected" ? selection.task : undefined
}

const errors = (text: string) => read(text).diagnostics.filter((one) => one.severity === "error")

/** The lines that differ, as text before and after. */
const difference = (before: string, after: string): ReadonlyArray<readonly [string, string]> => {
  const [a, b] = [before.split(/(?<=\n)/), after.split(/(?<=\n)/)]
  assert.strictEqual(a.length, b.length)
  return a.flatMap((line, index) => (line === b[index] ? [] : [[line, b[index] ?? ""] as const]))
}

describe("random lists", () => {
  it("the generator writes valid lists in all shapes", () => {
    const seen = new Set<string>()
    forSeeds((random) => {
      const text = generateList(random)
      assert.deepStrictEqual(errors(text), [], text)
      seen.add(read(text).dialect)
    })
    assert.includeMembers([...seen], ["wbs", "checkboxes", "headings"])
  })

  it("reading and writing nothing is the identity", () => {
    forSeeds((random) => {
      const text = editByHand(random, generateList(random))
      assert.strictEqual(applyEdits(readSource(text), []), text)
    })
  })

  it("a tick changes only lines of its own task", () => {
    forSeeds((random) => {
      const text = generateList(random)
      const { document, drafts } = parseList(text, options)
      const open = document.tasks.filter((task) => task.state !== "done")
      if (open.length === 0) return
      const task = random.pick(open)
      const result = tick(text, identityOf(task), options)
      assert(result._tag === "Ticked", `${result._tag} ${task.id}\n${text}`)
      const own = new Set(drafts[document.tasks.indexOf(task)]?.edits.map((edit) => edit.line))
      const changes = difference(text, result.text)
      assert.isAtLeast(changes.length, 1)
      assert.isAtMost(changes.length, own.size)
      for (const [before, after] of changes) {
        const undone = after.replace(/\[x\] ?/, "").replace(/(\*\*Status\*\*: )\w+/, "$1")
        assert.strictEqual(
          before.replace(/\[[ -]\] ?/, "").replace(/(\*\*Status\*\*: )[\w ]*\w/, "$1"),
          undone
        )
      }
      const after = read(result.text).tasks
      assert.deepStrictEqual(
        after.filter((one, index) => one.state !== document.tasks[index]?.state).map((one) => one.id),
        [task.id]
      )
    })
  })

  it("selection never violates a dependency, and the loop ends with all done", () => {
    forSeeds((random) => {
      let text = generateList(random)
      for (let task = selectFrom(text); task !== undefined; task = selectFrom(text)) {
        const { containers, tasks } = read(text)
        assert.deepStrictEqual(blockedBy(makeGraph(tasks, containers), task.id), [])
        const result = tick(text, identityOf(task), options)
        assert(result._tag === "Ticked", `${result._tag} ${task.id}\n${text}`)
        text = result.text
      }
      assert.isTrue(
        read(text).tasks.every((task) => task.state === "done"),
        text
      )
    })
  })
})

describe("people edit between select and tick", () => {
  /** What a tick by line number alone would do: the control. */
  const tickByLine = (text: string, line: number): string =>
    text
      .split("\n")
      .map((one, index) => (index === line - 1 ? one.replace("[ ]", "[x]") : one))
      .join("\n")

  const newlyDone = (before: string, after: string): ReadonlyArray<Task> => {
    const known = read(before).tasks
    return read(after).tasks.filter((task, index) => task.state === "done" && known[index]?.state !== "done")
  }

  it("what is ticked has the title that was executed, or nothing is ticked", () => {
    const results = new Map<string, number>()
    let wrongByLine = 0
    forSeeds((random) => {
      for (const shape of shapes) {
        const text = generateList(random, shape)
        const task = selectFrom(text)
        if (task === undefined) continue
        let edited = text
        for (let edits = 1 + random.int(4); edits > 0; edits--) edited = editByHand(random, edited)
        const result = tick(edited, identityOf(task), options)
        results.set(result._tag, (results.get(result._tag) ?? 0) + 1)
        const careless = newlyDone(edited, tickByLine(edited, task.line))
        if (careless.some((one) => one.normalizedTitle !== task.normalizedTitle)) wrongByLine++
        if (result._tag !== "Ticked") continue
        const done = newlyDone(edited, result.text)
        assert.lengthOf(done, 1, edited)
        assert.strictEqual(done[0]?.id, task.id)
        assert.strictEqual(normalizeTitle(done[0]?.title ?? ""), task.normalizedTitle)
        assert.deepStrictEqual(errors(edited), [])
      }
    })
    assert.isAbove(wrongByLine, 0, "control: without the search by identity a wrong line is ticked")
    for (const tag of ["Ticked", "Gone", "Invalid", "AlreadyDone"]) {
      assert.isAbove(results.get(tag) ?? 0, 0, `${tag} was never seen in ${rounds} rounds`)
    }
  })
})
