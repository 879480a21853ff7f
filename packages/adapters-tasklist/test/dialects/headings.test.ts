import { assert, describe, it } from "@effect/vitest"
import { parseList } from "../../src/parse.ts"
import { applyEdits, readSource } from "../../src/SourceText.ts"
import { findings, idsOf, options, read, statesOf, taskOf, tickId, ticked } from "../parsing.ts"

const text = `# Plan

## 1 Foundations

### 1.1 Parser

#### 1.1.1 Read tokens

- **Status**: completed
- **Dependencies**: None

#### 1.1.2 Read lists

- **Status**: In Progress
- **Dependencies**: 1.1.1
- **Files**: \`src/a.ts\`, \`src/b.ts\`
- **Criteria**:
  - nested lists work
  - [ ] tested

Some words.

##### Background

Lists nest.

### 1.2 Writer

**Status:** pending
**Dependencies:** 1.1
`

describe("headings with fields", () => {
  it("reads states, dependencies, files and criteria", () => {
    assert.strictEqual(read(text).dialect, "headings")
    assert.deepStrictEqual(findings(text), [])
    assert.deepStrictEqual(statesOf(text), { "1.1.1": "done", "1.1.2": "in_progress", "1.2": "open" })
    const task = taskOf(text, "1.1.2")
    assert.deepStrictEqual(task.dependencies, ["1.1.1"])
    assert.deepStrictEqual(task.files, ["src/a.ts", "src/b.ts"])
    assert.deepStrictEqual(task.criteria, ["nested lists work", "tested"])
    assert.deepStrictEqual(task.notes, ["Some words.", "Background", "Lists nest."])
    assert.deepStrictEqual(task.path, ["1", "1.1"])
    assert.deepStrictEqual(taskOf(text, "1.2").dependencies, ["1.1"])
    assert.deepStrictEqual(
      read(text).containers.map((one) => `${one.id}: ${one.taskIds.join(" ")}`),
      ["1: 1.1.1 1.1.2 1.2", "1.1: 1.1.1 1.1.2"]
    )
  })

  it("a tick sets the field, in the word and case of the list", () => {
    const done = text.replace("In Progress", "Completed").replace("[ ] tested", "[x] tested")
    assert.strictEqual(ticked(text, "1.1.2"), done, "with the criteria that have a checkbox")
    assert.strictEqual(ticked(text, "1.2"), text.replace("pending", "completed"))
  })

  it("decoration goes with the old value, remarks stay", () => {
    const list = "### 1 A\n- Status: ⏳ Pending (asked Anna)\r\n- Files: a\r\n"
    assert.strictEqual(ticked(list, "1"), "### 1 A\n- Status: Done (asked Anna)\r\n- Files: a\r\n")
  })

  it("checkboxes below a label are the checklist, and ticked", () => {
    const list =
      "### 1 A\n- **Status**: todo\n- **Subtasks**:\n  - [ ] one\n  - [x] two\n- **Files to modify**: a.ts, b.ts\n"
    const task = taskOf(list, "1")
    assert.deepStrictEqual(task.checklist, [
      { text: "one", done: false },
      { text: "two", done: true }
    ])
    assert.deepStrictEqual(task.files, ["a.ts", "b.ts"])
    assert.deepStrictEqual(task.notes, [])
    assert.strictEqual(ticked(list, "1"), list.replace("todo", "done").replace("[ ]", "[x]"))
  })

  it("the status of a whole document makes no task of it where there are checkboxes", () => {
    const boxes = "- [ ] 1. A\n- [ ] 2. B\n"
    for (const head of [
      "# Story 1.2: Sign in\n\nStatus: Draft\n\n## Tasks\n\n",
      "# 1.2 Sign in\n\n**Status**: Approved\n\n## Tasks\n\n",
      "# Plan\n\n## Overview\n\n- **Status**: in progress\n\n## Tasks\n\n"
    ]) {
      assert.strictEqual(read(head + boxes).dialect, "checkboxes", head)
      assert.deepStrictEqual(idsOf(head + boxes), ["1", "2"])
    }
    for (const list of [
      "# Add a cart\n\nStatus: open\n\n- [ ] model\n",
      "# Plan\n\n## 1.1 Add a cart\n\nStatus: open\n\n### Steps\n\n- [ ] model\n"
    ]) {
      assert.strictEqual(read(list).dialect, "headings", list)
      assert.lengthOf(read(list).tasks, 1)
      assert.lengthOf(read(list).tasks[0]?.checklist ?? [], 1)
    }
  })

  it("an emoji is changed along where the list has one for done", () => {
    const list =
      "### 1 A\n- Status: ✅ Completed\n\n### 2 B\n- Status: 🔴 Not Started\n\n### 3 C\n- Status: todo\n"
    assert.strictEqual(ticked(list, "2"), list.replace("🔴 Not Started", "✅ Completed"))
    assert.strictEqual(ticked(list, "3"), list.replace("todo", "completed"))
  })

  it("a missing Status is pending with a warning, and a tick adds it", () => {
    const list = "### 1.1 A\r\n\r\n- **Dependencies**: none\r\n\r\n### 1.2 B\r\n\r\n- **Status**: pending\r\n"
    assert.deepStrictEqual(findings(list), ["warning missing_field 1:5"])
    assert.strictEqual(ticked(list, "1.1"), list.replace("1.1 A\r\n", "1.1 A\r\n- **Status**: done\r\n"))
  })

  it("a tick that would change what is read is not made; control: its edits alone lose the task", () => {
    const list = "1.1 A\n-----\n\n- Dependencies: none\n\n## 1.2 B\n\n- Status: pending\n"
    assert.deepStrictEqual(statesOf(list), { "1.1": "open", "1.2": "open" })
    const { drafts } = parseList(list, options)
    assert.deepStrictEqual(statesOf(applyEdits(readSource(list), drafts[0]?.edits ?? [])), { "1.2": "open" })
    const result = tickId(list, "1.1")
    assert(result._tag === "Invalid")
    assert.include(result.diagnostics[0]?.message, "by hand")
  })

  it("an empty or unknown Status is pending", () => {
    const list = "### 1.1 A\n- **Status**:\n\n### 1.2 B\n- **Status**: blocked\n"
    assert.deepStrictEqual(findings(list), ["warning missing_field 5:15"])
    assert.strictEqual(ticked(list, "1.1"), list.replace("**Status**:\n", "**Status**: done\n"))
  })
})
