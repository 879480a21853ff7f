/** Which file is taken for the task list. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Option } from "effect"
import { find } from "../src/find.ts"

/** In the order in which they are looked for. */
const usual = [
  "tasks.md",
  "TASKS.md",
  "task_list.md",
  "task_lists.md",
  "wbs.md",
  "docs/tasks.md",
  ".kiro/specs/checkout/tasks.md",
  "specs/001-checkout/tasks.md"
]

describe("a list's usual names", () => {
  it("go before each other in a fixed order, however the repository is listed", () => {
    for (let first = 0; first < usual.length; first++) {
      const left = usual.slice(first)
      for (const paths of [left, left.toReversed()])
        assert.deepStrictEqual(find(["README.md", ...paths]), Option.some(usual[first]))
    }
  })

  it("are whole paths", () => {
    const others = [
      "src/tasks.md",
      "Tasks.md",
      "tasks.md.bak",
      "mytasks.md",
      "specs/tasks.md",
      "specs/a/b/tasks.md",
      ".kiro/specs/tasks.md",
      "old/specs/a/tasks.md"
    ]
    assert.deepStrictEqual(find(others), Option.none())
  })

  it("are those of the documentation, in its order", () => {
    const page = readFileSync(join(import.meta.dirname, "../../../docs/task-lists.md"), "utf8")
    const named = [...page.matchAll(/^\d+\. `([^`]+)`$/gm)].map((match) => match[1] ?? "")
    const patterns = usual.map((path) => path.replace(/specs\/[^/]+\//, "specs/*/"))
    assert.deepStrictEqual(named, patterns)
  })
})
