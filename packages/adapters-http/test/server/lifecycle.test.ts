/** Every request in every status, over HTTP: generated from the lifecycle table. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { columns, legalFrom, transitions } from "@devteam/core/execution/transitions"
import { DecisionKind } from "@devteam/core/model/Decision"
import { ExecutionId } from "@devteam/core/model/Ids"
import { Journal } from "@devteam/core/ports/Journal"
import { histories, seed } from "./support/seeded.ts"
import { startServer, type TestServer, worldUrl } from "./support/testServer.ts"

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.close())

let count = 0
const fresh = () => {
  count += 1
  return { projectId: `table/project-${count}`, executionId: `execution-${count}` }
}

/** A project in a status; its execution's journal. */
const arrange = async (status: keyof typeof histories | "none") => {
  const ids = fresh()
  if (status === "none") await server.register(ids.projectId)
  else await server.run(seed(ids.projectId, ids.executionId, histories[status]))
  const journal = () => server.run(Journal.use((port) => port.records(ExecutionId.make(ids.executionId), 0)))
  return { ...ids, journal }
}

const control = ["pause", "resume", "stop"] as const

const settled = {
  pausing: "pausing",
  paused: "paused",
  what_it_was: "running",
  stopping: "stopping",
  stopped: "stopped"
} as const

describe("each request in each status", () => {
  for (const status of columns) {
    for (const name of control) {
      const { effect } = transitions[name][status]
      it(`${name} in ${status}: ${effect}`, async () => {
        const { projectId, executionId, journal } = await arrange(status)
        const before = await journal()
        const response = await server.ask("POST", `/api/devteam/automation/${name}/${projectId}`)
        const { body } = response
        const after = await journal()
        if (effect === "reject") {
          assert.strictEqual(response.status, 409)
          assert.strictEqual(response.header("content-type"), "application/problem+json")
          assert.strictEqual(body.type, "urn:devteam:problem:not-legal")
          assert.strictEqual(body.state, status)
          assert.deepStrictEqual(body.legalFrom, legalFrom(name))
          assert.include(body.detail ?? "", `Cannot ${name}`)
          assert.deepStrictEqual(after, before)
          return
        }
        const changed = effect !== "same"
        assert.strictEqual(response.status, 200)
        assert.deepInclude<object>(body, { projectId, executionId, previousStatus: status, changed })
        assert.strictEqual(
          body.currentStatus,
          effect in settled ? settled[effect as keyof typeof settled] : status
        )
        assert.isTrue(Math.abs(Date.parse(body.at ?? "") - Date.now()) < 60_000)
        if (!changed) assert.deepStrictEqual(after, before)
        else assert.isAbove(after.length, before.length)
        const again = await server.ask("POST", `/api/devteam/automation/${name}/${projectId}`)
        if (changed && body.currentStatus !== "running") {
          assert.deepInclude<object>(again.body, { changed: false, currentStatus: body.currentStatus })
        }
      })
    }

    for (const decision of DecisionKind.literals) {
      const { effect } = transitions[decision][status]
      it(`${decision} a task in ${status}: ${effect}`, async () => {
        const { projectId, executionId, journal } = await arrange(status)
        const before = await journal()
        const decide = () =>
          server.ask("PUT", `/api/devteam/repository/tasks/${projectId}/1.2`, { body: { decision } })
        const { body, status: answered } = await decide()
        // Nothing of this task was kept, so neither a new execution nor a delivery can follow.
        if (effect === "reject" || decision === "accept") {
          assert.strictEqual(answered, 409)
          assert.strictEqual(body.type, "urn:devteam:problem:not-legal")
          assert.deepInclude<object>(body, { state: status, legalFrom: legalFrom(decision) })
          // It says that the state forbids it only where it does.
          assert.strictEqual(body.detail?.startsWith("Cannot "), effect === "reject", body.detail)
          assert.deepStrictEqual(await journal(), before)
          return
        }
        // What is not known of is open already.
        const changed = decision !== "reopen"
        assert.strictEqual(answered, 200)
        assert.deepInclude<object>(body, { projectId, executionId, previousStatus: status, changed })
        assert.deepInclude<object>((await decide()).body, { changed: false })
        assert.lengthOf(await journal(), before.length + (changed ? 1 : 0))
      })
    }

    it(`initialize in ${status}: ${transitions.start[status].effect}`, async () => {
      const { projectId, executionId, journal } = await arrange(status)
      const before = await journal()
      const response = await server.ask("POST", "/api/devteam/automation/initialize", { body: { projectId } })
      const { body } = response
      if (transitions.start[status].effect === "reject") {
        assert.strictEqual(response.status, 409)
        assert.strictEqual(response.header("location"), `/api/devteam/automation/status/${projectId}`)
        assert.deepInclude<object>(body, { state: status, executionId, legalFrom: legalFrom("start") })
        assert.deepStrictEqual(await journal(), before)
        return
      }
      assert.strictEqual(response.status, 202)
      assert.notStrictEqual(body.executionId, executionId)
      const location = response.header("location") ?? ""
      const found = (await server.ask("GET", location)).body
      assert.deepInclude<object>(found, { projectId, executionId: body.executionId, status: "initializing" })
    })
  }
})

describe("conditions that split a cell", () => {
  const cases = [
    ["waiting", "pause", "running", "paused"],
    ["waiting", "stop", "running", "stopped"],
    ["waitingWithPush", "stop", "running", "stopping"],
    ["pausedWithPush", "stop", "paused", "stopping"]
  ] as const
  for (const [history, name, previousStatus, currentStatus] of cases) {
    it(`${name} when ${history}: ${currentStatus}`, async () => {
      const { projectId } = await arrange(history)
      const response = await server.ask("POST", `/api/devteam/automation/${name}/${projectId}`)
      assert.deepInclude(response.body, { previousStatus, currentStatus, changed: true })
    })
  }

  it("pause with mode=now is taken over by a pause that waits for its step", async () => {
    const { projectId } = await arrange("pausing")
    const now = await server.ask("POST", `/api/devteam/automation/pause/${projectId}?mode=now`)
    assert.deepInclude(now.body, { currentStatus: "pausing", changed: true })
    const unknown = await server.ask("POST", `/api/devteam/automation/pause/${projectId}?mode=soon`)
    assert.strictEqual(unknown.status, 400)
    assert.strictEqual(unknown.body.errors?.[0]?.["pointer"], "/query/mode")
  })
})

describe("a decision on a task", () => {
  const put = (path: string, decision: string) =>
    server.ask("PUT", `/api/devteam/repository/tasks/${path}`, { body: { decision } })

  it("accept after the end starts an execution of the kept change alone", async () => {
    const { projectId, executionId } = await arrange("stoppedWithHeld")
    const accepted = await put(`${projectId}/1.1`, "accept")
    assert.strictEqual(accepted.status, 200)
    assert.deepInclude<object>(accepted.body, { previousStatus: "stopped", currentStatus: "initializing" })
    assert.notStrictEqual(accepted.body.executionId, executionId)
    const started = (await server.ask("GET", `/api/devteam/executions/${accepted.body.executionId}`)).body
    assert.deepInclude<object>(started, { scope: { _tag: "Tasks", ids: ["1.1"] } })
    const [order] = started.ordered as unknown as ReadonlyArray<Record<string, unknown>>
    assert.deepInclude(order, { _tag: "Accept", taskId: "1.1" })
    assert.deepInclude(order?.["candidate"], { executionId })
  })

  it("of a pause that waits for it goes on by itself", async () => {
    const { projectId } = await arrange("pausedByHeld")
    const skipped = await put(`${projectId}/1.1`, "skip")
    assert.deepInclude<object>(skipped.body, { previousStatus: "paused", currentStatus: "running" })
  })

  it("in both spellings of the project; an unknown task is 404, an unknown decision 422", async () => {
    const { projectId } = await arrange("running")
    const encoded = await put(`${encodeURIComponent(projectId)}/1.2`, "skip")
    assert.strictEqual(encoded.status, 200)
    const unknown = await put(`${projectId}/9.9`, "done")
    assert.strictEqual(unknown.status, 404)
    assert.strictEqual(unknown.body.type, "urn:devteam:problem:unknown-task")
    assert.strictEqual((await put(`${projectId}/1.2`, "undo")).status, 422)
    assert.strictEqual((await put("no/body/1.2", "skip")).status, 404)
  })

  it("resume delivers elsewhere only where that can be said", async () => {
    const { projectId } = await arrange("paused")
    const resumed = await server.ask("POST", `/api/devteam/automation/resume/${projectId}?delivery=branch`)
    assert.deepInclude<object>(resumed.body, { currentStatus: "initializing", changed: true })
    const running = await arrange("running")
    const path = `/api/devteam/automation/resume/${running.projectId}?delivery=branch`
    const refused = await server.ask("POST", path)
    assert.strictEqual(refused.status, 409)
    assert.include(refused.body.detail ?? "", "only while the execution is paused")
  })
})

describe("what there is no execution of", () => {
  it("a registered project is idle, an unknown one is 404", async () => {
    const { projectId } = await arrange("none")
    const idle = await server.ask("GET", `/api/devteam/automation/status/${projectId}`)
    assert.deepInclude(idle.body, { projectId, status: "idle" })
    const unknown = await server.ask("GET", "/api/devteam/automation/status/no/body")
    assert.strictEqual(unknown.status, 404)
    assert.strictEqual(unknown.body.type, "urn:devteam:problem:unknown-project")
    for (const name of control) {
      const asked = await server.ask("POST", `/api/devteam/automation/${name}/no/body`)
      assert.strictEqual(asked.status, 404)
    }
  })

  it("initialize without a repository needs a registered project", async () => {
    const unknown = await server.ask("POST", "/api/devteam/automation/initialize", {
      body: { projectId: "no/body" }
    })
    assert.strictEqual(unknown.status, 422)
    const body = { projectId: "some/body", repository: { url: worldUrl } }
    assert.strictEqual((await server.ask("POST", "/api/devteam/automation/initialize", { body })).status, 202)
  })
})
