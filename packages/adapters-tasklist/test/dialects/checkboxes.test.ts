import { assert, describe, it } from "@effect/vitest"
import { identityOf } from "@devteam/core/model/Task"
import { parse } from "../../src/parse.ts"
import { template } from "../../src/template.ts"
import { untick } from "../../src/untick.ts"
import { findings, idsOf, options, read, statesOf, taskOf, tickId, ticked } from "../parsing.ts"

const kiro = `# Implementation Plan

- [x] 1. Set up project structure
  - Create directories for models and services
  - _Requirements: 1.1_

- [ ] 2. Implement data models
- [-] 2.1 Create model interfaces
  - Write TypeScript interfaces
    for all models
  - _Requirements: 2.1, 3.3_
- [ ]* 2.2 Write property tests for models
- [ ] 3. Create the API layer
  - [ ] 3.1 Routes
    - Handle errors
    - _Depends: 2.1_
  - [ ] 3.2 Validation (depends on 3.1)
- [ ] 4. Wire everything (depends on 3)
`

describe("checkboxes", () => {
  it("leaves are the tasks, parents the containers", () => {
    assert.strictEqual(read(kiro).dialect, "checkboxes")
    assert.deepStrictEqual(findings(kiro), [])
    assert.deepStrictEqual(statesOf(kiro), {
      "1": "done",
      "2.1": "in_progress",
      "2.2": "open",
      "3.1": "open",
      "3.2": "open",
      "4": "open"
    })
    assert.deepStrictEqual(read(kiro).containers, [
      { id: "2", title: "Implement data models", taskIds: ["2.1", "2.2"] },
      { id: "3", title: "Create the API layer", taskIds: ["3.1", "3.2"] }
    ])
  })

  it("bullets and Requirements lines are notes, Depends lines are dependencies", () => {
    assert.deepStrictEqual(taskOf(kiro, "2.1").notes, [
      "Write TypeScript interfaces\n  for all models",
      "_Requirements: 2.1, 3.3_"
    ])
    assert.deepStrictEqual(taskOf(kiro, "3.1").notes, ["Handle errors"])
    assert.deepStrictEqual(taskOf(kiro, "3.1").dependencies, ["2.1"])
    assert.deepStrictEqual(taskOf(kiro, "3.2").dependencies, ["3.1"])
    assert.strictEqual(taskOf(kiro, "3.2").title, "Validation")
    assert.deepStrictEqual(taskOf(kiro, "3.1").path, ["3"])
  })

  it("a star makes a task optional", () => {
    assert.isTrue(taskOf(kiro, "2.2").optional)
    assert.strictEqual(ticked(kiro, "2.2"), kiro.replace("- [ ]* 2.2", "- [x]* 2.2"))
  })

  it("in progress is ticked too; done is done", () => {
    const last = kiro.replace("[-]", "[x]").replace("[ ] 2.", "[x] 2.")
    assert.strictEqual(ticked(kiro, "2.1"), last, "with its parent: 2.2 is optional")
    assert.strictEqual(tickId(kiro, "1")._tag, "AlreadyDone")
  })

  it("with granularity item a parent is the task and its children its checklist", () => {
    const { tasks } = parse(kiro, { ...options, granularity: "item" })
    assert.includeMembers(
      tasks.map((task): string => task.id),
      ["3.1", "3.2"],
      "a child with dependencies stays a task"
    )
    const plain = "- [ ] 1. A\n  - [x] 1.1 a\n  - [ ] 1.2 b\n- [ ] 2. B\n"
    const [first, ...others] = parse(plain, { ...options, granularity: "item" }).tasks
    assert.deepStrictEqual(first?.checklist, [
      { text: "1.1 a", done: true },
      { text: "1.2 b", done: false }
    ])
    assert.lengthOf(others, 1)
  })

  it("a parent is ticked with the last of its tasks, at every level, and opened with the first", () => {
    const list =
      "- [ ] 1. A\n  - [-] 1.1 B\n    - [x] 1.1.1 C\n    - [ ] 1.1.2 D\n  - [ ]* 1.2 E\n- [ ] 2. F\n"
    const result = ticked(list, "1.1.2")
    assert.strictEqual(
      result,
      list.replace("[ ] 1. A", "[x] 1. A").replace("[-]", "[x]").replace("[ ] 1.1.2", "[x] 1.1.2")
    )
    const back = untick(result, identityOf(taskOf(list, "1.1.2")), list, options)
    assert(back._tag === "Unticked")
    assert.strictEqual(back.text, list)
    const other = list.replace("[x] 1.1.1", "[ ] 1.1.1")
    assert.strictEqual(ticked(other, "1.1.2"), other.replace("[ ] 1.1.2", "[x] 1.1.2"))
    const both = ticked(ticked(other, "1.1.1"), "1.1.2")
    const first = untick(both, identityOf(taskOf(list, "1.1.1")), other, options)
    assert(first._tag === "Unticked", "its own tick did not close the parents, which are open again now")
    assert.strictEqual(first.text, ticked(other, "1.1.2"))
  })

  it("what is below an optional parent is optional", () => {
    const list = "- [ ]* 1. A\n  - [ ] 1.1 B\n- [ ] 2. C\n"
    assert.isTrue(taskOf(list, "1.1").optional)
    assert.isFalse(taskOf(list, "2").optional)
  })

  it("numbers nest what is not indented, as deep as they go, across blank lines, not across headings", () => {
    const list = `- [ ] 1.0 A
- [ ] 1.1 B
- [ ] 1.1.1 C

- [ ] 1.1.2 D
- [ ] 10. E
- [ ] 10 F

## More

- [ ] 10.1 G
`
    assert.deepStrictEqual(idsOf(list.replace("- [ ] 10 F\n", "")), ["1.1.1", "1.1.2", "10", "10.1"])
    const containers = read(list).containers.map(({ id, taskIds }) => `${id}: ${taskIds.join(" ")}`)
    assert.includeMembers(containers, ["1.0: 1.1.1 1.1.2", "1.1: 1.1.1 1.1.2"])
  })

  it("the numbers of an ordered list are ids, as a reader sees them", () => {
    const list = "3. [x] A\n3. [ ] B (depends on 3)\n   1. [ ] C\n   2. [ ] D (depends on 4.1)\n9) [ ] E\n"
    assert.deepStrictEqual(statesOf(list), { "3": "done", "4.1": "open", "4.2": "open", "9": "open" })
    assert.deepStrictEqual(findings(list), [])
    assert.deepStrictEqual(taskOf(list, "4.2").dependencies, ["4.1", "3"])
    assert.strictEqual(ticked(list, "9"), list.replace("[ ] E", "[x] E"))
  })

  it("the numbers of several lists are no ids where they begin again; ids of their own stay", () => {
    const list = "## A\n1. [ ] One\n2. [ ] 7.2 Two\n\n## B\n1. [ ] Three\n"
    const [first, second, third] = idsOf(list)
    assert.match(`${first} ${second} ${third}`, /^t-[0-9a-f]{8}-1 7\.2 t-[0-9a-f]{8}-1$/)
    assert.match(idsOf("1. One\n   - [ ] A\n2. Two\n   - [ ] B\n").join(" "), /^t-\S+ t-\S+$/)
  })

  it("`Task 1` and `Subtask 1.1` are numbered 1 and 1.1", () => {
    const list =
      "- [ ] Task 1: A (AC: 2)\n  - [ ] Subtask 1.1: B\n  - [ ] Sub-task 1.2 C\n- [ ] **Task 2**: D\n"
    assert.deepStrictEqual(idsOf(list), ["1.1", "1.2", "2"])
    assert.strictEqual(taskOf(list, "1.1").title, "B")
  })

  const dependencies: ReadonlyArray<readonly [string, ReadonlyArray<string>]> = [
    ["(Dependencies: [1.1, 1.2])", ["1.1", "1.2"]],
    ["(Dependencies: 1.1 and 1.2)", ["1.1", "1.2"]],
    ["(Dependencies: [])", []],
    ["(dependencies: none)", []],
    ["(depends on 1.1)", ["1.1"]],
    ["(depends on: Task 1.1, task 1.2)", ["1.1", "1.2"]],
    ["(depends on the weather)", []],
    ["(after 1.2)", ["1.2"]],
    ["(after lunch)", []],
    ["(Dependencies: [1.1]) (Priority: high)", ["1.1"]]
  ]
  for (const [written, expected] of dependencies) {
    it(`${written} means [${expected.join(", ")}]`, () => {
      const text = `- [ ] 1.1 A\n- [ ] 1.2 B\n- [ ] 1.3 C ${written}\n`
      assert.deepStrictEqual(taskOf(text, "1.3").dependencies, expected)
    })
  }

  const fields: ReadonlyArray<readonly [string, ReadonlyArray<string>]> = [
    ["_Depends: 1.1, 1.2_", ["1.1", "1.2"]],
    ["**Dependencies**: 1.1 (the parser), 1.2", ["1.1", "1.2"]],
    ["Dependencies: None", []],
    ["Depends on: 1.1 1.2", ["1.1", "1.2"]]
  ]
  for (const [written, expected] of fields) {
    it(`a line "${written}" means [${expected.join(", ")}], as bullet or continuation`, () => {
      const head = "- [ ] 1.1 A\n- [ ] 1.2 B\n- [ ] 1.3 C\n"
      for (const line of [`  - ${written}\n`, `  ${written}\n`]) {
        assert.deepStrictEqual(taskOf(head + line, "1.3").dependencies, expected)
        assert.deepStrictEqual(taskOf(head + line, "1.3").notes, [])
      }
    })
  }

  const named: ReadonlyArray<readonly [string, string, string]> = [
    ["1. Title", "1", "Title"],
    ["1.2 Title", "1.2", "Title"],
    ["1.2.3. Title", "1.2.3", "Title"],
    ["**1.2** Title", "1.2", "Title"],
    ["**1.2 Title**", "1.2", "Title"],
    ["Task 7: Title", "7", "Title"],
    ["T012 Title", "T012", "Title"],
    ["SHOP-12 Title", "SHOP-12", "Title"],
    ["3 Retry the push", "3", "Retry the push"],
    ["2.1", "2.1", "2.1"]
  ]
  for (const [written, id, title] of named) {
    it(`"${written}" has the id ${id}`, () => {
      const [task] = read(`- [ ] ${written}\n`).tasks
      assert.strictEqual(task?.id, id)
      assert.strictEqual(task?.title, title)
    })
  }
  for (const written of ["3 retries at most", "UTF-8 input", "2.5x faster start", "`1` is odd"]) {
    it(`"${written}" has no id`, () =>
      assert.match(idsOf(`- [ ] ${written}\n`)[0] ?? "", /^t-[0-9a-f]{8}-1$/))
  }

  it("tasks without ids are named by their title and occurrence", () => {
    const text = "- [ ] Write docs\n- [ ] Add CI\n- [ ] write  docs.\n"
    const [first, second, third] = idsOf(text)
    assert.match(first ?? "", /^t-[0-9a-f]{8}-1$/)
    assert.strictEqual(third, first?.replace(/1$/, "2"))
    assert.notStrictEqual(second, first)
    assert.strictEqual(ticked(text, third ?? ""), text.replace("- [ ] write", "- [x] write"))
    assert.strictEqual(idsOf(`- [ ] Before\n${text}`)[1], first, "other lines do not change the name")
  })

  it("headings and phases enclose, and may carry dependencies", () => {
    const text =
      "# Plan\n\n## Phase 1: A\n\n- [ ] 1.1 X\n\n## Phase 2: B (Dependencies: [1])\n\n### Backend\n\n- [ ] 2.1 Y\n"
    assert.deepStrictEqual(taskOf(text, "2.1").path, ["2", "Backend"])
    assert.deepStrictEqual(taskOf(text, "2.1").dependencies, ["1"])
  })

  it("a heading's number may repeat a task's, as long as nothing depends on it", () => {
    const text = "## Phase 1: A\n- [ ] 1. X\n## Phase 2: B\n- [ ] 2. Y\n"
    assert.deepStrictEqual(findings(text), [])
    assert.deepStrictEqual(findings(`${text}- [ ] 3. Z (depends on 1)\n`), ["error duplicate_id 2:7"])
  })

  it("priority, files and criteria are read", () => {
    const text =
      "- [ ] 1.1 X (Priority: high)\n- [ ] 1.2 Y\n  - Priority: low\n  - Files: `a.ts`, src/b.ts\n  - Acceptance criteria:\n    - fast\n    - [ ] small\n  • works\n"
    assert.strictEqual(taskOf(text, "1.1").priority, 1)
    const task = taskOf(text, "1.2")
    assert.strictEqual(task.priority, -1)
    assert.deepStrictEqual(task.files, ["a.ts", "src/b.ts"])
    assert.includeMembers([...task.criteria], ["fast", "small"])
  })

  it("what stands in comments, quotes and code is no task", () => {
    const text =
      "<!-- - [ ] 1.1 A -->\n\n> - [ ] 1.2 B\n\n```\n- [ ] 1.3 C\n```\n\n- [ ] 1.4 D\n\n  ```\n  - [ ] 1.5 E\n  ```\n"
    assert.deepStrictEqual(idsOf(text), ["1.4"])
    assert.include(taskOf(text, "1.4").notes[0], "1.5 E")
  })

  it("what was meant as a checkbox is said", () => {
    assert.deepStrictEqual(findings("- [ ] 1.1 A\n- [x]1.2 B\n- [] 1.3 C\n- [x](link) D\n"), [
      "warning unreadable 2:3",
      "warning unreadable 3:3"
    ])
  })

  it("too much indentation is said", () => {
    assert.deepStrictEqual(findings("- [ ] 1.1 A\n\ntext\n\n    - [ ] 1.2 B\n"), ["warning unreadable 5:1"])
  })

  it("the template reads without a word", () => {
    assert.deepStrictEqual(findings(template), [])
    assert.deepStrictEqual(idsOf(template), ["1.1", "1.2", "2.1", "2.2", "2.3"])
    assert.deepStrictEqual(taskOf(template, "1.1").files, ["package.json", "tsconfig.json"])
    assert.lengthOf(taskOf(template, "2.1").criteria, 1)
  })
})
