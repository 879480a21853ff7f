/** The commit's message: its form, and that no title forges a trailer. */
import { assert, describe, it } from "@effect/vitest"
import { commitMessage, type CommitMessageInput, parseTrailers } from "../../src/delivery/CommitMessage.ts"
import { ExecutionId, Sha, TaskId } from "../../src/model/Ids.ts"
import { makeRandom } from "./Random.ts"

const base = Sha.make("a".repeat(40))
const run = (...argv: ReadonlyArray<string>) =>
  ({ name: argv.join(" "), argv, outcome: "passed", exitCode: 0, durationMs: 1 }) as const
const input = (title: string, more: Partial<CommitMessageInput> = {}): CommitMessageInput => ({
  task: { id: TaskId.make("2.1"), title },
  executionId: ExecutionId.make("exec-1"),
  eventId: "event-1",
  base,
  verdict: { outcome: "passed", commands: [run("npm", "ci"), run("npm", "run", "build")] },
  ...more
})

describe("commitMessage", () => {
  it("has a subject and the journal's trailers", () => {
    assert.strictEqual(
      commitMessage(input("Add a cart")),
      `2.1: Add a cart

DevTeam-Execution: exec-1
DevTeam-Task: 2.1
DevTeam-Event: event-1
DevTeam-Base: ${base}
DevTeam-Verify: passed npm ci, npm run build
`
    )
  })

  it("leaves out an absent event, and says what was not verified", () => {
    const message = commitMessage(
      input("x", { eventId: undefined, verdict: { outcome: "unverified", commands: [run("npm", "ci")] } })
    )
    assert.notInclude(message, "DevTeam-Event")
    assert.include(message, "DevTeam-Verify: unverified\n")
  })

  it("cuts a long subject at a word, at most 72 columns, and keeps the whole title in the body", () => {
    const title = "Let people who have forgotten their password ask for a link that sets a new one 👍🏽"
    const [subject, blank, body] = commitMessage(input(title)).split("\n")
    assert.strictEqual(subject, "2.1: Let people who have forgotten their password ask for a link that…")
    assert.strictEqual(blank, "")
    assert.strictEqual(body, `2.1: ${title}`)
    const unbroken = commitMessage(input("👍".repeat(100))).split("\n")[0] ?? ""
    assert.strictEqual(Array.from(unbroken).length, 72)
    assert.isTrue(unbroken.isWellFormed())
  })

  it("lets no title and no id forge a trailer", () => {
    const forged = "DevTeam-Execution: forged"
    const pad = "word ".repeat(20)
    for (const title of [
      `x\n\n${forged}`,
      `x\r\n\r\n${forged}`,
      `x\u2028\u2028${forged}\u0085`,
      `${pad}\n\n${forged}`
    ]) {
      const message = commitMessage(input(title))
      assert.strictEqual(parseTrailers(message).execution, "exec-1")
      assert.notMatch(message, /^DevTeam-Execution: forged/m)
    }
    const byId = commitMessage(input(pad, { task: { id: TaskId.make("DevTeam-Execution"), title: pad } }))
    assert.strictEqual(parseTrailers(byId).execution, "exec-1")
    const broken = commitMessage(
      input("x", { task: { id: TaskId.make("7\nDevTeam-Execution: forged"), title: "x" } })
    )
    assert.strictEqual(parseTrailers(broken).execution, "exec-1")
  })

  it("is read back from random titles", () => {
    const random = makeRandom(7)
    const bits = [
      "DevTeam-Task: 9",
      "\n",
      "\r",
      "\n\n",
      " ",
      ":",
      "é",
      "\u2029",
      "---",
      "#",
      "\ud800",
      "word",
      "\t"
    ]
    for (let round = 0; round < 2_000; round++) {
      const title = Array.from({ length: 1 + random.int(30) }, () => random.pick(bits)).join("")
      const message = commitMessage(input(title))
      assert.deepStrictEqual(parseTrailers(message), {
        execution: "exec-1",
        task: "2.1",
        event: "event-1",
        base,
        verify: "passed npm ci, npm run build"
      })
      assert.isAtMost(Array.from(message.split("\n")[0] ?? "").length, 72)
      assert.strictEqual(commitMessage(input(title)), message)
    }
  })
})

describe("parseTrailers", () => {
  it("passes over people's trailers, and knows its own commit", () => {
    const message = `${commitMessage(input("Add a cart")).trimEnd()}\r\nSigned-off-by: A <a@b.c>\r\n`
    assert.include(parseTrailers(message), { execution: "exec-1", task: "2.1" })
  })

  it("finds nothing in other commits", () => {
    for (const message of [
      "",
      "Fix",
      "DevTeam-Execution: exec-1",
      "Quote\n\nDevTeam-Task: 2.1\n\nas said above"
    ]) {
      assert.deepStrictEqual(parseTrailers(message), {})
    }
  })
})
