/** `POST /events`: what is stored, what follows, and what is refused. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { ExecutionId, ProjectId } from "@devteam/core/model/Ids"
import { Hints } from "@devteam/core/ports/Hints"
import { Intake } from "@devteam/core/ports/Intake"
import { Journal } from "@devteam/core/ports/Journal"
import { takeUpDeferred } from "@devteam/core/worker/takeUpDeferred"
import { Effect, Stream } from "effect"
import { contents, executionsOf } from "./support/contents.ts"
import { histories, seed } from "./support/seeded.ts"
import { startServer, type TestServer } from "./support/testServer.ts"
import { fingerprintOf } from "../../src/server/idempotency.ts"

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.close())

let count = 0
const fresh = () => `events/project-${(count += 1)}`
const type = "devteam.automation.requested"

/** A new event's id: (source, id) names it over all projects. */
const next = () => `event-${(count += 1)}`

const post = (body: unknown, headers: Readonly<Record<string, string>> = {}) =>
  server.ask("POST", "/events", { body, headers })

const isStored = (event: { readonly id: string; readonly source?: string }) =>
  server.run(
    Effect.map(
      Intake.use((intake) =>
        intake.recall({
          event: { source: event.source ?? "api", id: event.id, fingerprint: fingerprintOf(event) }
        })
      ),
      (recalled) => recalled?._tag === "Replayed"
    )
  )

const stateOf = (executionId: string) =>
  server.run(Journal.use((journal) => journal.load(ExecutionId.make(executionId))))

describe("an event", () => {
  it("of an idle project starts an execution of the workflow that its type names", async () => {
    const projectId = fresh()
    await server.register(projectId)
    const event = {
      id: "first",
      type,
      projectId,
      data: { any: ["thing", null] },
      metadata: { by: "planner" }
    }
    const answer = await post(event, { "x-correlation-id": "corr-1" })
    assert.strictEqual(answer.status, 202)
    assert.strictEqual(answer.header("x-correlation-id"), "corr-1")
    const { executionId = "" } = answer.body
    assert.deepStrictEqual(answer.body, { eventId: "first", executionId, status: "accepted" })
    const state = await stateOf(executionId)
    assert.deepInclude(state.workflow, { name: "DEVTEAM_AUTOMATION" })
    assert.deepInclude<object>(state, {
      eventId: "first",
      correlationId: "corr-1",
      boundTo: "service",
      status: "initializing"
    })
    assert.deepStrictEqual(state.scope, { _tag: "List" })
    assert.isTrue(await isStored(event))
    const hint = await server.run(Effect.flatMap(Hints, (hints) => Stream.runHead(hints.take)))
    assert.deepInclude(hint._tag === "Some" ? hint.value : {}, {
      executionId,
      projectId,
      correlationId: "corr-1"
    })
  })

  it("with a task is for that task alone", async () => {
    const projectId = fresh()
    await server.register(projectId)
    const { body } = await post({ id: next(), type, projectId, task: "1.2" })
    assert.deepStrictEqual((await stateOf(body.executionId ?? "")).scope, { _tag: "Tasks", ids: ["1.2"] })
  })

  for (const status of ["initializing", "running", "pausing", "paused"] as const) {
    it(`joins an execution that is ${status} and widens its scope`, async () => {
      const projectId = fresh()
      const scope = { _tag: "Tasks", ids: ["1.1"] } as const
      await server.run(seed(projectId, `joined-${status}`, histories[status], { scope }))
      const first = await post({ id: next(), type, projectId, task: "1.2" })
      assert.deepInclude(first.body, { executionId: `joined-${status}`, status: "accepted" })
      assert.deepStrictEqual((await stateOf(`joined-${status}`)).scope, {
        _tag: "Tasks",
        ids: ["1.1", "1.2"]
      })
      await post({ id: next(), type, projectId })
      const state = await stateOf(`joined-${status}`)
      assert.deepStrictEqual(state.scope, { _tag: "List" })
      assert.strictEqual(state.status, status)
      assert.lengthOf(await server.run(executionsOf(ProjectId.make(projectId))), 1)
    })
  }

  for (const status of ["stopped", "completed", "error"] as const) {
    it(`after an execution that is ${status} starts a new one`, async () => {
      const projectId = fresh()
      await server.run(seed(projectId, `ended-${status}`, histories[status]))
      const { body } = await post({ id: next(), type, projectId })
      assert.notStrictEqual(body.executionId, `ended-${status}`)
      assert.lengthOf(await server.run(executionsOf(ProjectId.make(projectId))), 2)
    })
  }

  it("while one is stopping is kept; a new execution follows as soon as that has stopped", async () => {
    const projectId = fresh()
    await server.run(seed(projectId, "stopping-1", histories.stopping))
    const first = { id: next(), type, projectId, task: "1.1", options: { taskList: "todo.md" } }
    const answer = await post(first)
    assert.deepStrictEqual([answer.status, answer.body], [202, { eventId: first.id, status: "accepted" }])
    const second = await post({ id: next(), type, projectId, task: "1.2" })
    assert.strictEqual(second.status, 202)
    assert.deepStrictEqual(await server.run(takeUpDeferred), [])
    assert.strictEqual((await stateOf("stopping-1")).status, "stopping")
    await server.run(
      Effect.gen(function* () {
        const journal = yield* Journal
        const executionId = ExecutionId.make("stopping-1")
        const { version: expectedVersion, updatedAt: at } = yield* journal.load(executionId)
        yield* journal.append({ executionId, expectedVersion, at, events: [{ _tag: "Stopped" }] })
      })
    )
    await server.run(takeUpDeferred)
    const [newest] = await server.run(executionsOf(ProjectId.make(projectId)))
    const state = await stateOf(newest?.executionId ?? "")
    assert.deepInclude<object>(state, { status: "initializing", eventId: first.id, boundTo: "service" })
    assert.strictEqual(state.settings.taskList, "todo.md")
    assert.deepStrictEqual(state.scope, { _tag: "Tasks", ids: ["1.1", "1.2"] })
    assert.deepStrictEqual(await server.run(takeUpDeferred), [])
    assert.strictEqual((await post(first)).text, answer.text)
  })

  it("sent again gets the same answer; the same id with another body is 422", async () => {
    const projectId = fresh()
    await server.register(projectId)
    const event = { id: next(), source: "planning", type, projectId }
    const first = await post(event)
    const again = await post(event)
    assert.strictEqual(again.status, 202)
    assert.strictEqual(again.text, first.text)
    assert.strictEqual(again.header("idempotent-replayed"), "true")
    const other = await post({ ...event, task: "1.1" })
    assert.strictEqual(other.status, 422)
    assert.strictEqual(other.body.type, "urn:devteam:problem:event-id-reused")
    const elsewhere = await post({ ...event, source: "another" })
    assert.strictEqual(elsewhere.status, 202)
    assert.isNull(elsewhere.header("idempotent-replayed"))
  })

  it("sent 50 times at once starts one execution", async () => {
    const projectId = fresh()
    await server.register(projectId)
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => post({ id: "burst", type, projectId }))
    )
    assert.lengthOf([...new Set(answers.map(({ status, text }) => `${status} ${text}`))], 1)
    assert.lengthOf(await server.run(executionsOf(ProjectId.make(projectId))), 1)
  })

  it("50 different ones at once are one execution that all of them joined", async () => {
    const projectId = fresh()
    await server.register(projectId)
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, n) => post({ id: `many-${n}`, type, projectId, task: `1.${n}` }))
    )
    assert.deepStrictEqual([...new Set(answers.map(({ status }) => status))], [202])
    const executions = [...new Set(answers.map(({ body }) => body.executionId ?? ""))]
    assert.lengthOf(executions, 1)
    const { scope } = await stateOf(executions[0] ?? "")
    assert.lengthOf(scope._tag === "Tasks" ? scope.ids : [], 50)
  })
})

describe("an event that is refused is not stored", () => {
  const cases = [
    ["of an unknown type", { type: "no.such.type" }, "unknown-event-type"],
    ["of an unknown project", { projectId: "no/body" }, "not-registered"],
    ["without an id", { id: undefined }, "invalid-body"],
    ["with a field that there is none", { colour: "red" }, "invalid-body"],
    ["with a NUL in its id", { id: "a\0b" }, "invalid-body"],
    ["with a project id that is none", { projectId: "Acme/Shop/More" }, "invalid-body"]
  ] as const
  for (const [name, change, problem] of cases) {
    it(name, async () => {
      const projectId = fresh()
      await server.register(projectId)
      const event = { id: `refused-${count}`, type, projectId, ...change }
      const before = await server.run(contents)
      const refused = await post(event)
      assert.strictEqual(refused.status, 422)
      assert.strictEqual(refused.body.type, `urn:devteam:problem:${problem}`)
      if (problem === "invalid-body") assert.isAbove(refused.body.errors?.length ?? 0, 0)
      assert.deepStrictEqual(await server.run(contents), before)
      if (typeof event.id === "string") assert.isFalse(await isStored({ ...event, id: event.id }))
    })
  }
})

describe("settings that follow from what was said", () => {
  it("stay as they were in the last execution of the service, agent and limits are the operator's", async () => {
    const projectId = fresh()
    await server.register(projectId)
    const body = {
      projectId,
      repository: { url: server.world.remote.url, branch: "next", taskList: "todo.md" },
      options: { verify: [["sh", "check.sh"]], limits: { rounds: 1, agentMs: 99_999_999 } },
      stopPoint: "1.1"
    }
    const first = await server.ask("POST", "/api/devteam/automation/initialize", { body })
    const settings = (await stateOf(first.body.executionId ?? "")).settings
    assert.deepStrictEqual(settings.repository.target, "next")
    assert.strictEqual(settings.untilTask, "1.1")
    assert.strictEqual(settings.limits.rounds, 1)
    assert.strictEqual(settings.limits.agentMs, 30 * 60_000)
    await server.ask("POST", `/api/devteam/automation/stop/${projectId}`)
    await server.run(
      Effect.gen(function* () {
        const journal = yield* Journal
        const executionId = ExecutionId.make(first.body.executionId ?? "")
        const { version: expectedVersion, updatedAt: at } = yield* journal.load(executionId)
        yield* journal.append({ executionId, expectedVersion, at, events: [{ _tag: "Stopped" }] })
      })
    )
    const second = await post({ id: "after", type, projectId })
    const later = (await stateOf(second.body.executionId ?? "")).settings
    assert.strictEqual(later.repository.target, "next")
    assert.strictEqual(later.taskList, "todo.md")
    assert.deepStrictEqual(later.verify, [["sh", "check.sh"]])
    assert.isUndefined(later.untilTask)
    assert.strictEqual(later.limits.rounds, 3)
    assert.deepStrictEqual(later.agent.argv, ["agent"])
  })

  it("an agent that the operator does not offer is 422, and leaves no project behind", async () => {
    const projectId = fresh()
    const body = { projectId, repository: { url: server.world.remote.url }, agent: { id: "other" } }
    const refused = await server.ask("POST", "/api/devteam/automation/initialize", { body })
    assert.strictEqual(refused.status, 422)
    assert.strictEqual(refused.body.type, "urn:devteam:problem:unknown-agent")
    assert.strictEqual((await server.ask("GET", `/api/devteam/projects/${projectId}`)).status, 404)
  })
})
