/**
 * The log: one JSON object a line with fixed fields, and no secret in it.
 */
import { assert, describe, it } from "@effect/vitest"
import { makeRedactor, marker } from "@devteam/core/redaction/redact"
import { knownSecrets } from "@devteam/core/redaction/Secrets"
import { jsonLogger } from "@devteam/runner/log/jsonLogger"
import { Effect, Logger } from "effect"

const secret = 'canary-"4f9d1c7e"'

const lines = (redact: (text: string) => string, stacks: boolean) => {
  const written: Array<string> = []
  const logger = jsonLogger({ redact, write: (line) => written.push(line), stacks: () => stacks })
  const program = Effect.logInfo(`a ${secret}`, { url: secret, step: "PUSH" }).pipe(
    Effect.andThen(Effect.logError("failed", new Error(secret))),
    Effect.andThen(
      Effect.catchCause(Effect.die(new Error("broken")), (cause) => Effect.logError("died", cause))
    ),
    Effect.annotateLogs({
      correlationId: "c1",
      projectId: "acme/shop",
      taskId: "1.2",
      round: 2,
      other: secret
    }),
    Effect.provide(Logger.layer([logger]))
  )
  return Effect.map(program, () => written)
}

const { text: redact } = makeRedactor(knownSecrets([{ name: "KEY", value: secret }]))

describe("jsonLogger", () => {
  it.effect("writes one object a line, with the fields of an execution by name", () =>
    Effect.gen(function* () {
      const [first = "", , third = ""] = yield* lines(redact, false)
      const { time, ...fields } = JSON.parse(first) as Record<string, unknown>
      assert.match(String(time), /^\d{4}-.*Z$/)
      assert.deepStrictEqual(fields, {
        level: "info",
        message: `a ${marker}`,
        correlationId: "c1",
        projectId: "acme/shop",
        taskId: "1.2",
        step: "PUSH",
        round: 2,
        details: { other: marker, url: marker }
      })
      assert.deepInclude(JSON.parse(third), { message: "died", cause: "broken" })
    })
  )

  it.effect("hides secrets in messages, fields and errors; without the redactor they stand there", () =>
    Effect.gen(function* () {
      const found = (written: ReadonlyArray<string>) =>
        written.filter((line) => line.includes("4f9d1c7e")).length
      assert.strictEqual(found(yield* lines(redact, true)), 0)
      assert.strictEqual(found(yield* lines((text) => text, true)), 2 + 1)
    })
  )
})
