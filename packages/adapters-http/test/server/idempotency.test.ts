/** Idempotency-Key: each line of its table. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { ProjectId } from "@devteam/core/model/Ids"
import { IntakeError, type IntakeShape } from "@devteam/core/ports/Intake"
import { contents, executionsOf } from "./support/contents.ts"
import { histories, seed } from "./support/seeded.ts"
import { startServer, type TestServer, worldUrl } from "./support/testServer.ts"
import { canonicalJson, fingerprintOf, readKey } from "../../src/server/idempotency.ts"
import { Effect, Result } from "effect"

let server: TestServer

let count = 0
const fresh = () => `keys/project-${(count += 1)}`

const initialize = (body: unknown, key?: string) =>
  server.ask("POST", "/api/devteam/automation/initialize", {
    body,
    ...(key === undefined ? {} : { headers: { "idempotency-key": key } })
  })

const of = (projectId: string) => ({ projectId, repository: { url: worldUrl } })

describe.each(["memory", "sqlite"] as const)("Idempotency-Key over %s", (stores) => {
  beforeAll(async () => {
    server = await startServer({ stores })
  })
  afterAll(() => server.close())

  it("the first gets its answer, a repeat the same bytes", async () => {
    const projectId = fresh()
    const first = await initialize(of(projectId), "key-1")
    assert.strictEqual(first.status, 202)
    assert.isNull(first.header("idempotent-replayed"))
    const again = await initialize(of(projectId), "key-1")
    assert.strictEqual(again.status, 202)
    assert.strictEqual(again.header("idempotent-replayed"), "true")
    assert.strictEqual(again.text, first.text)
    assert.strictEqual(again.header("location"), first.header("location"))
    assert.lengthOf(await server.run(executionsOf(ProjectId.make(projectId))), 1)
  })

  it("without a key the repeat is a request of its own", async () => {
    const projectId = fresh()
    assert.strictEqual((await initialize(of(projectId))).status, 202)
    assert.strictEqual((await initialize(of(projectId))).status, 409)
  })

  it("neither the order of fields nor spaces nor quotes around the key matter", async () => {
    const projectId = fresh()
    const first = await initialize(of(projectId), "key-2")
    const turned = `{ "repository": {"url":${JSON.stringify(worldUrl)}},\n "projectId":"${projectId}" }`
    const again = await initialize(turned, '"key-2"')
    assert.strictEqual(again.text, first.text)
  })

  it("with another body 422", async () => {
    const projectId = fresh()
    await initialize(of(projectId), "key-3")
    const before = await server.run(contents)
    const other = await initialize({ ...of(projectId), userId: "u" }, "key-3")
    assert.strictEqual(other.status, 422)
    assert.strictEqual(other.body.type, "urn:devteam:problem:idempotency-key-reused")
    assert.deepStrictEqual(await server.run(contents), before)
  })

  it("belongs to its path: the same key on another one is another key", async () => {
    const projectId = fresh()
    await initialize(of(projectId), "key-4")
    const event = { id: "e-1", type: "devteam.automation.requested", projectId }
    const posted = await server.ask("POST", "/events", {
      body: event,
      headers: { "idempotency-key": "key-4" }
    })
    assert.strictEqual(posted.status, 202)
    assert.isNull(posted.header("idempotent-replayed"))
  })

  for (const [name, key] of [
    ["empty", ""],
    ["empty in quotes", '""'],
    ["longer than 255", "k".repeat(256)],
    ["with a control character", "a\tb"]
  ] as const) {
    it(`a key that is ${name} is 400, without effect`, async () => {
      const projectId = fresh()
      const before = await server.run(contents)
      const refused = await initialize(of(projectId), key)
      assert.strictEqual(refused.status, 400)
      assert.strictEqual(refused.body.type, "urn:devteam:problem:invalid-idempotency-key")
      assert.deepStrictEqual(await server.run(contents), before)
    })
  }

  it("two keys in one request are 400", () => {
    assert.isTrue(Result.isFailure(readKey("a, b")))
    assert.deepStrictEqual(readKey("a b"), Result.succeed("a b"))
    assert.deepStrictEqual(readKey("k".repeat(255)), Result.succeed("k".repeat(255)))
  })

  it("a 409 and a 4xx are not stored: once it is possible, the same key works", async () => {
    const projectId = fresh()
    await server.run(seed(projectId, "keys-active", histories.running))
    assert.strictEqual((await initialize(of(projectId), "key-5")).status, 409)
    await server.ask("POST", `/api/devteam/automation/pause/${projectId}`)
    assert.strictEqual((await initialize(of(projectId), "key-5")).status, 409)
    const unknown = { id: "e-2", type: "no.such.type", projectId }
    const headers = { "idempotency-key": "key-6" }
    assert.strictEqual((await server.ask("POST", "/events", { body: unknown, headers })).status, 422)
    const known = { ...unknown, type: "devteam.automation.requested" }
    assert.strictEqual((await server.ask("POST", "/events", { body: known, headers })).status, 202)
  })

  it("100 parallel requests with one key: one execution, equal bytes", async () => {
    const projectId = fresh()
    const answers = await Promise.all(Array.from({ length: 100 }, () => initialize(of(projectId), "key-7")))
    assert.deepStrictEqual([...new Set(answers.map(({ status }) => status))], [202])
    assert.lengthOf([...new Set(answers.map(({ text }) => text))], 1)
    assert.lengthOf(
      answers.filter((answer) => answer.header("idempotent-replayed") === null),
      1
    )
    assert.lengthOf(await server.run(executionsOf(ProjectId.make(projectId))), 1)
  })

  it("control: 20 parallel requests with different keys give one execution and 19 refusals", async () => {
    const projectId = fresh()
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => initialize(of(projectId), `other-${n}`))
    )
    const statuses = answers.map(({ status }) => status).toSorted((a, b) => a - b)
    assert.deepStrictEqual(statuses, [202, ...Array.from({ length: 19 }, () => 409)])
  })
})

describe("a request that is not accepted yet", () => {
  const refusedWith = async (reason: IntakeError["reason"]) => {
    let isFree = false
    const message = "Not now."
    const accept: IntakeShape["accept"] = (acceptance) =>
      isFree
        ? Effect.succeed({ _tag: "Replayed", answer: acceptance.answer, by: "key" })
        : Effect.fail(new IntakeError({ reason, message }))
    const slow = await startServer({ intake: { accept } })
    try {
      const before = await slow.run(contents)
      const asked = { body: of("keys/slow"), headers: { "idempotency-key": "slow" } }
      const path = "/api/devteam/automation/initialize"
      const refused = await slow.ask("POST", path, asked)
      const after = await slow.run(contents)
      isFree = true
      const again = await slow.ask("POST", path, asked)
      return { refused, before, after, again }
    } finally {
      await slow.close()
    }
  }

  it("by another of its kind is 409 with Retry-After, and later gets that one's answer", async () => {
    const { refused, before, after, again } = await refusedWith("busy")
    assert.strictEqual(refused.status, 409)
    assert.strictEqual(refused.body.type, "urn:devteam:problem:in-progress")
    assert.strictEqual(refused.header("retry-after"), "1")
    assert.deepStrictEqual(after.executions, before.executions)
    assert.strictEqual(again.status, 202)
    assert.strictEqual(again.header("idempotent-replayed"), "true")
  })

  it("because the store fails is 503 with Retry-After", async () => {
    const { refused, before, after } = await refusedWith("unavailable")
    assert.strictEqual(refused.status, 503)
    assert.strictEqual(refused.body.type, "urn:devteam:problem:unavailable")
    assert.strictEqual(refused.header("retry-after"), "5")
    assert.deepStrictEqual(after.executions, before.executions)
  })
})

describe("the canonical form", () => {
  it("sorts keys at every depth and keeps the order of arrays", () => {
    assert.strictEqual(
      canonicalJson({ b: [2, { d: 1, c: null }], a: "x" }),
      '{"a":"x","b":[2,{"c":null,"d":1}]}'
    )
    assert.notStrictEqual(fingerprintOf([1, 2]), fingerprintOf([2, 1]))
    assert.strictEqual(fingerprintOf({ a: 1, b: undefined }), fingerprintOf({ a: 1 }))
  })
})
