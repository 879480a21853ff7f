/**
 * The repository of an episode: two small modules, and a check that asks of a ticked task whether it is done.
 */
import type { ModelReply } from "../../../packages/adapters-agents/test/support/scriptedModel.ts"
import { block, says } from "./replies.ts"

/** The file that the usual task is about. */
export const greeting = 'exports.greet = (name) => "Hello " + name\n'
/** It with another word. */
export const greetBy = (word: string): string => greeting.replace("Hello", word)
/** As the task wants it. */
export const polite = greetBy("Dear")

/** The usual task's change, as a block and as a reply. */
export const politeBlock = block("src/greet.js", greeting, polite)
export const politeReply: ModelReply = says("I make the greeting polite.\n", politeBlock)

/** What the second task wants. */
export const farewell = 'exports.farewell = (name) => "Farewell " + name\n'
export const farewellReply: ModelReply = says(block("src/farewell.js", "", farewell))

/** The titles of the usual tasks. */
export const greetTask = "Greet with Dear instead of Hello in src/greet.js"
export const farewellTask = "Add src/farewell.js"

/** The check's first lines: which tasks are ticked in the tree that it stands in. */
export const checkHead = `const assert = require("node:assert")
const fs = require("node:fs")
const done = (id) => fs.readFileSync("TASKS.md", "utf8").includes("[x] " + id + " ")
`

/** Green without the changes; with a task's tick it wants the task's change. */
const check = `${checkHead}
const { greet } = require("./src/greet.js")
assert.strictEqual(require("./src/other.js").other(), 1)
assert.strictEqual(greet("Ada"), done("1.1") ? "Dear Ada" : "Hello Ada")
if (done("1.2")) assert.strictEqual(require("./src/farewell.js").farewell("Ada"), "Farewell Ada")
console.log("checked")
`

/** Its files, but for the task list. */
export const sampleFiles: Readonly<Record<string, string>> = {
  "README.md": "# Greetings\n\nNobody has to read this.\n",
  "src/greet.js": greeting,
  "src/other.js": "exports.other = () => 1\n",
  "check.js": check
}

/** How an episode of the usual task ends well, and how it ends when its rounds are used up. */
export const delivered = {
  verdicts: ["completed"],
  execution: "completed",
  landed: { "src/greet.js": polite }
} as const
export const failed = { verdicts: ["failed: rounds_used_up"], execution: "error: tasks_failed" } as const

/** How it ends where the first round is the only one. */
export const oneRound = { run: { limits: { rounds: 1 } }, ...failed } as const

/** What verifies it. */
export const sampleVerify = [["node", "check.js"]]

/** The list: tasks 1.1, 1.2 …, those in `done` ticked. */
export const taskList = (
  tasks: ReadonlyArray<readonly [title: string, ...dependencies: ReadonlyArray<string>]>,
  done: ReadonlyArray<string> = []
): string =>
  [
    "Phase 1: Words (Dependencies: [])",
    "",
    ...tasks.map(([title, ...dependencies], index) => {
      const id = `1.${index + 1}`
      return `- ${done.includes(id) ? "[x] " : ""}${id} ${title} (Dependencies: [${dependencies.join(", ")}])`
    }),
    ""
  ].join("\n")
