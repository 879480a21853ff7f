import { assert, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { Sha, TaskId } from "../../src/model/Ids.ts"
import { makeReceipt, Receipt, receiptJson, type ReceiptInput } from "../../src/receipt/Receipt.ts"

const sha = (digit: string) => Sha.make(digit.repeat(40))

const input: ReceiptInput = {
  task: { id: TaskId.make("2.1"), title: "Add a cache" },
  rounds: 2,
  target: "main",
  commit: sha("a"),
  base: sha("b"),
  unlocked: true,
  agent: { id: "command", version: "/usr/bin/agent" },
  filesModified: ["src/b.ts", "src/a.ts"],
  usage: undefined,
  warnings: ["w2", "w1"],
  verdict: {
    outcome: "passed",
    attribution: "clean",
    verifiedTree: sha("c"),
    commands: [
      { name: "build", argv: ["npm", "run", "build"], outcome: "passed", exitCode: 0, durationMs: 12 }
    ],
    log: { taskId: "2.1", round: 2, kind: "verify" },
    node: "v24.1.0",
    npm: "11.0.0",
    warnings: ["w1", "w3"]
  }
}

it.effect("reads back what it wrote, and leaves out what is not known", () =>
  Effect.gen(function* () {
    const receipt = makeReceipt(input)
    const json = receiptJson(receipt)
    assert.deepStrictEqual(yield* Schema.decodeUnknownEffect(Schema.fromJsonString(Receipt))(json), receipt)
    assert.strictEqual(receiptJson(makeReceipt(input)), json)
    assert.deepStrictEqual(receipt.filesModified, ["src/a.ts", "src/b.ts"])
    assert.deepStrictEqual(receipt.warnings, ["w2", "w1", "w3"])
    assert.notInclude(json, "usage")
    assert.strictEqual(receipt.verifiedTree, sha("c"))
    const usage = { inputTokens: 1, outputTokens: 2, source: "reported", exact: true } as const
    assert.deepStrictEqual(makeReceipt({ ...input, usage }).usage, usage)
  })
)
