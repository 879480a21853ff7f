import { once } from "node:events"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import {
  startServer,
  type TestServer,
  token,
  worldUrl
} from "../../adapters-http/test/server/support/testServer.ts"
import { histories, seed } from "../../adapters-http/test/server/support/seeded.ts"
import { ApiError, UnexpectedAnswer } from "../src/ApiError.ts"
import { createClient } from "../src/client.ts"

const failureOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error
  )

describe("the client, against a server", () => {
  let server: TestServer
  beforeAll(async () => {
    server = await startServer()
  })
  afterAll(() => server.close())
  const clientWith = (given: string | undefined) => createClient({ baseUrl: server.url, token: given })

  it("starts an execution, looks at it, steers it", async () => {
    const client = clientWith(token)
    assert.strictEqual((await client.call("GET /health")).status, "ok")
    const project = await client.call("PUT /api/devteam/projects/{projectId}", {
      path: { projectId: "acme/shop" },
      body: { url: worldUrl }
    })
    assert.strictEqual(project.projectId, "acme/shop")
    const body = { projectId: "acme/shop" }
    const idempotencyKey = "once"
    const { executionId } = await client.call("POST /api/devteam/automation/initialize", {
      body,
      idempotencyKey
    })
    const again = await client.call("POST /api/devteam/automation/initialize", { body, idempotencyKey })
    assert.strictEqual(again.executionId, executionId)
    const path = { projectId: "acme/shop" }
    const status = await client.call("GET /api/devteam/automation/status/{projectId}", { path })
    assert.strictEqual(status.status, "initializing")
    const journal = await client.call("GET /api/devteam/executions/{executionId}/journal", {
      path: { executionId },
      query: { after: 0, limit: 1 }
    })
    assert.strictEqual(journal.records[0]?.event._tag, "ExecutionRequested")
    const paused = await client.call("POST /api/devteam/automation/pause/{projectId}", {
      path,
      query: { mode: "now" }
    })
    assert.strictEqual(paused.executionId, executionId)
    const resumed = await failureOf(
      client.call("POST /api/devteam/automation/resume/{projectId}", { path, query: { delivery: "branch" } })
    )
    assert.instanceOf(resumed, ApiError)
    assert.include(resumed.message, "only while the execution is paused")
    assert.strictEqual(
      (await client.call("POST /api/devteam/automation/resume/{projectId}", { path })).executionId,
      executionId
    )
    assert.include(await client.call("GET /metrics"), "devteam_")
  })

  it("decides on tasks, and delivers elsewhere from here on", async () => {
    const client = clientWith(token)
    await server.run(seed("acme/held", "client-held", histories.pausedByHeld))
    await server.run(seed("acme/paused", "client-paused", histories.paused))
    const decided = await client.call("PUT /api/devteam/repository/tasks/{projectId}/{taskId}", {
      path: { projectId: "acme/held", taskId: "1.1" },
      body: { decision: "skip" }
    })
    assert.deepInclude(decided, { executionId: "client-held", previousStatus: "paused", changed: true })
    const resumed = await client.call("POST /api/devteam/automation/resume/{projectId}", {
      path: { projectId: "acme/paused" },
      query: { delivery: "branch" }
    })
    assert.deepInclude(resumed, { executionId: "client-paused", previousStatus: "paused", changed: true })
  })

  it("rejects with the problem of what is refused", async () => {
    const path = { projectId: "acme/nothing" }
    const unknown = await failureOf(
      clientWith(token).call("GET /api/devteam/automation/status/{projectId}", { path })
    )
    assert.instanceOf(unknown, ApiError)
    assert.strictEqual(unknown.status, 404)
    assert.strictEqual(unknown.problem.type, "urn:devteam:problem:unknown-project")
    assert.strictEqual(unknown.message, unknown.problem.detail)
    const anonymous = await failureOf(clientWith(undefined).call("GET /api/devteam/projects"))
    assert.instanceOf(anonymous, ApiError)
    assert.strictEqual(anonymous.status, 401)
  })

  it("gives the answer of a server that is not ready, which is no problem document", async () => {
    const notReady = await startServer({
      operator: {
        dependencies: [{ name: "moon", check: Effect.succeed("is not full") }]
      }
    })
    try {
      const answer = await createClient({ baseUrl: notReady.url }).call("GET /ready")
      assert.strictEqual(answer.status, "not_ready")
      assert.strictEqual(answer.dependencies["moon"]?.ok, false)
    } finally {
      await notReady.close()
    }
  })

  it("says so when something else answers", async () => {
    const other = createServer((_, response) =>
      response.writeHead(200, { "content-type": "text/html" }).end("<p>")
    )
    other.listen(0, "127.0.0.1")
    await once(other, "listening")
    const { port } = other.address() as AddressInfo
    const failure = await failureOf(createClient({ baseUrl: `http://127.0.0.1:${port}` }).call("GET /health"))
    other.close()
    assert.instanceOf(failure, UnexpectedAnswer)
    assert.include(failure.message, "GET /health was answered with 200 as text/html")
  })

  it("does not compile with what the API does not have", () => {
    const client = clientWith(token)
    const path = { projectId: "a" }
    const never = () => [
      // @ts-expect-error: no such operation
      client.call("GET /nothing"),
      // @ts-expect-error: the path's parameter is missing
      client.call("GET /api/devteam/automation/status/{projectId}"),
      // @ts-expect-error: a body of another shape
      client.call("POST /events", { body: { id: 1 } }),
      // @ts-expect-error: no such mode
      client.call("POST /api/devteam/automation/pause/{projectId}", { path, query: { mode: "x" } }),
      client.call("POST /api/devteam/automation/resume/{projectId}", {
        path,
        // @ts-expect-error: no such delivery
        query: { delivery: "x" }
      }),
      client.call("PUT /api/devteam/repository/tasks/{projectId}/{taskId}", {
        path: { projectId: "a", taskId: "1" },
        // @ts-expect-error: no such decision
        body: { decision: "undo" }
      }),
      // @ts-expect-error: no such status
      client.call("GET /api/devteam/executions", { query: { status: "done" } })
    ]
    assert.isFunction(never)
  })
})
