/** What the API says of executions, lists, projects and itself: with a worker at work on a world in memory. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { StatusProjection } from "@devteam/core/execution/StatusProjection"
import { ExecutionId } from "@devteam/core/model/Ids"
import { Journal } from "@devteam/core/ports/Journal"
import { evolve } from "@devteam/core/execution/evolve"
import { project } from "@devteam/core/execution/StatusProjection"
import type { State } from "@devteam/core/execution/State"
import { Effect, Schema } from "effect"
import { histories, seed } from "./support/seeded.ts"
import { startServer, type TestServer, worldUrl } from "./support/testServer.ts"

let server: TestServer
let executionId = ""
const projectId = "acme/shop"
/** What each run of the agent says that it took. */
const usage = {
  inputTokens: 1_000,
  outputTokens: 200,
  costUsd: 0.25,
  source: "reported",
  exact: true
} as const

const get = async (path: string) => {
  const answer = await server.ask("GET", path)
  assert.strictEqual(answer.status, 200, `${path}: ${answer.text}`)
  return answer
}

const statusOf = async () => (await get(`/api/devteam/automation/status/${projectId}`)).body

/** Asks until the execution has ended. */
const untilEnded = async (): Promise<void> => {
  for (;;) {
    const { status } = await statusOf()
    if (["completed", "error", "stopped", "paused"].includes(String(status))) return
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

beforeAll(async () => {
  server = await startServer({ pool: true })
  let builds = 0
  server.world.build = () => {
    builds += 1
    return Effect.succeed(
      builds === 1
        ? { exitCode: 1, stdout: "src/1.1.ts(1,1): error TS1: no\n" }
        : { exitCode: 0, stdout: "built\n" }
    )
  }
  const { script } = server.world.agent
  server.world.agent.script = (input, print) =>
    Effect.map(script(input, print), (evidence) => ({ ...evidence, usage }))
  const answer = await server.ask("POST", "/api/devteam/automation/initialize", {
    body: { projectId, userId: "user-7", repository: { url: worldUrl } }
  })
  executionId = answer.body.executionId ?? ""
  await untilEnded()
})
afterAll(() => server.close())

interface Page {
  readonly executions: ReadonlyArray<{ readonly executionId: string; readonly status: string }>
  readonly cursor?: string
}

describe("an execution that has run", () => {
  it("is in its status: the stored projection, and the same rebuilt from the journal", async () => {
    const body = await statusOf()
    const status = Schema.decodeUnknownSync(StatusProjection)(body)
    assert.deepInclude<object>(status, { status: "completed", progress: 100, customerId: "user-7" })
    assert.lengthOf(status.completed, 2)
    const records = await server.run(
      Journal.use((journal) => journal.records(ExecutionId.make(executionId), 0))
    )
    const folded = records.reduce<State>((state, { at, event }) => evolve(state, { at, event }), undefined)
    assert.isDefined(folded)
    if (folded !== undefined)
      assert.deepStrictEqual<unknown>(JSON.parse(JSON.stringify(project(folded))), body)
  })

  it("is in the list, by project, by user and by status, page by page", async () => {
    await server.run(seed("other/project", "older-1", histories.stopped))
    await server.run(seed("other/project", "older-2", histories.stopped))
    const list = async (query: string) =>
      (await get(`/api/devteam/executions${query}`)).body as unknown as Page
    assert.lengthOf((await list("")).executions, 3)
    assert.deepStrictEqual(
      (await list("?userId=user-7")).executions.map((row) => row.executionId),
      [executionId]
    )
    assert.lengthOf((await list("?status=stopped")).executions, 2)
    assert.lengthOf((await list("?projectId=acme%2Fshop&status=stopped")).executions, 0)
    const seen: Array<string> = []
    let cursor: string | undefined = undefined
    do {
      const page: Page = await list(`?limit=1${cursor === undefined ? "" : `&cursor=${cursor}`}`)
      seen.push(...page.executions.map((row) => row.executionId))
      cursor = page.cursor
    } while (cursor !== undefined)
    assert.sameMembers(seen, [executionId, "older-1", "older-2"])
    assert.strictEqual((await server.ask("GET", "/api/devteam/executions?cursor=nobody")).status, 400)
  })

  it("has its task context, and its journal in pages", async () => {
    const { body } = await get(`/api/devteam/executions/${executionId}`)
    assert.deepInclude<object>(body, { executionId, projectId, userId: "user-7", status: "completed" })
    const events: Array<string> = []
    let after: number | undefined = 0
    while (after !== undefined) {
      const page = (await get(`/api/devteam/executions/${executionId}/journal?after=${after}&limit=7`))
        .body as unknown as {
        readonly records: ReadonlyArray<{ readonly seq: number; readonly event: { readonly _tag: string } }>
        readonly next?: number
      }
      assert.isAtMost(page.records.length, 7)
      events.push(...page.records.map(({ event }) => event._tag))
      after = page.next
    }
    assert.strictEqual(events[0], "ExecutionRequested")
    assert.strictEqual(events.at(-1), "ExecutionCompleted")
    assert.lengthOf(events, body["version"] as number)
  })

  it("has artifacts that can be read, and never its patches", async () => {
    const { body } = await get(`/api/devteam/executions/${executionId}/artifacts`)
    const rows = body["artifacts"] as ReadonlyArray<{
      readonly kind: string
      readonly href: string
      readonly bytes: number
    }>
    assert.includeMembers(
      rows.map(({ kind }) => kind),
      ["prompt.md", "verify.log", "receipt.json"]
    )
    for (const { href, bytes } of rows) {
      const artifact = await get(href)
      assert.strictEqual(Buffer.byteLength(artifact.text), bytes)
      assert.strictEqual(artifact.header("content-type"), "text/plain; charset=utf-8")
      assert.strictEqual(artifact.header("x-content-type-options"), "nosniff")
    }
    const base = server.world.person.log().at(-1)?.sha ?? ""
    for (const kind of [`patch.${base}`, "result.json", "nothing"]) {
      const path = `/api/devteam/executions/${executionId}/artifacts/1.1/1/${kind}`
      assert.strictEqual((await server.ask("GET", path)).body.type, "urn:devteam:problem:unknown-artifact")
    }
  })

  it("has logs, by task, round and step, in pages", async () => {
    interface Logs {
      readonly chunks: ReadonlyArray<{ readonly seq: number; readonly text: string; readonly step: string }>
      readonly next?: number
    }
    const logs = async (query: string) =>
      (await get(`/api/devteam/executions/${executionId}/logs${query}`)).body as unknown as Logs
    const all = await logs("?limit=1000")
    assert.isAbove(all.chunks.length, 3)
    const verify = await logs("?taskId=1.1&round=1&step=VERIFY")
    assert.include(verify.chunks.map(({ text }) => text).join(""), "error TS1")
    assert.isTrue(verify.chunks.every(({ step }) => step === "VERIFY"))
    const first = await logs("?limit=1")
    assert.deepStrictEqual(first.chunks, all.chunks.slice(0, 1))
    const second = await logs(`?limit=1&after=${first.next}`)
    assert.deepStrictEqual(second.chunks, all.chunks.slice(1, 2))
  })

  it("has its failures with the log's end and links", async () => {
    const { body } = await get(`/api/devteam/errors/${executionId}`)
    const [error] = body.errors ?? []
    assert.deepInclude<object>(error ?? {}, {
      executionId,
      projectId,
      event: "RoundSpent",
      reason: "red_build",
      taskId: "1.1",
      round: 1,
      step: "VERIFY"
    })
    assert.include(error?.["logTail"], "error TS1")
    const one = await get(`/api/devteam/errors/${executionId}/${String(error?.["errorId"])}`)
    assert.deepStrictEqual<unknown>(one.body, error)
    const none = await server.ask("GET", `/api/devteam/errors/${executionId}/1`)
    assert.strictEqual(none.body.type, "urn:devteam:problem:unknown-error")
  })

  it("is explained", async () => {
    const explain = async (id: string) => (await get(`/api/devteam/executions/${id}/explain`)).body
    assert.deepInclude<object>(await explain(executionId), {
      status: "completed",
      next: "rest",
      worker: null
    })
    await server.run(seed("explain/cli", "bound-to-cli", histories.running, { boundTo: "cli" }))
    const { sentences, next } = await explain("bound-to-cli")
    assert.include(String(sentences), "devteam resume")
    assert.strictEqual(next, "run SELECT")
    await server.run(seed("explain/waiting", "waiting-1", histories.waiting, { boundTo: "cli" }))
    assert.include(String((await explain("waiting-1"))["sentences"]), "backoff")
  })

  it("is unknown by another id", async () => {
    for (const path of ["", "/journal", "/artifacts", "/artifacts/1/1/x", "/logs", "/explain"]) {
      const answer = await server.ask("GET", `/api/devteam/executions/nobody${path}`)
      assert.strictEqual(answer.body.type, "urn:devteam:problem:unknown-execution", path)
    }
    assert.strictEqual((await server.ask("GET", "/api/devteam/errors/nobody")).status, 404)
  })
})

describe("repositories and projects", () => {
  it("a repository with a list is valid", async () => {
    const { body } = await server.ask("POST", "/api/devteam/repository/validate", {
      body: { repositoryUrl: worldUrl }
    })
    assert.deepInclude<object>(body, {
      valid: true,
      hasTaskList: true,
      defaultBranch: "main",
      taskList: "tasks.md",
      problems: []
    })
    assert.notProperty(body, "template")
  })

  it("one without gets the template, one that cannot be read says why", async () => {
    const { git } = server.world
    const empty = "https://example.test/acme/empty.git"
    git.createRemote(empty, { "README.md": "#\n" }, "main")
    const open = await startServer({ operator: { allowsRepository: () => true } })
    try {
      open.world.git.createRemote(empty, { "README.md": "#\n" }, "main")
      const validate = (repositoryUrl: string) =>
        open.ask("POST", "/api/devteam/repository/validate", { body: { repositoryUrl } })
      const { body } = await validate(empty)
      assert.deepInclude<object>(body, { valid: false, hasTaskList: false, taskList: null })
      assert.isAbove(String(body["template"]).length, 20)
      const none = await validate("https://example.test/acme/none.git")
      assert.strictEqual(none.status, 200)
      assert.deepInclude<object>(none.body, { valid: false, defaultBranch: null })
    } finally {
      await open.close()
    }
  })

  it("a project's list is the one at the head of its target", async () => {
    for (const id of ["acme/shop", "acme%2Fshop"]) {
      const { body } = await get(`/api/devteam/repository/tasks/${id}`)
      assert.deepInclude<object>(body, {
        projectId,
        branch: "main",
        taskList: "tasks.md",
        totals: { completed: 2, total: 2 }
      })
      assert.strictEqual(body["commit"], server.world.person.head())
      assert.lengthOf(body["tasks"] as ReadonlyArray<unknown>, 2)
    }
    assert.strictEqual((await server.ask("GET", "/api/devteam/repository/tasks/no/body")).status, 404)
  })

  it("projects are registered once, and never for another repository", async () => {
    const put = (id: string, url: string) =>
      server.ask("PUT", `/api/devteam/projects/${id}`, { body: { url } })
    const first = await put("new/one", worldUrl)
    assert.deepInclude<object>(first.body, { projectId: "new/one", url: worldUrl, status: "idle" })
    assert.strictEqual((await put("new/one", worldUrl)).text, first.text)
    assert.strictEqual((await get("/api/devteam/projects/new%2Fone")).text, first.text)
    const { body } = await get("/api/devteam/projects")
    const ids = (body["projects"] as ReadonlyArray<{ readonly projectId: string }>).map(
      (row) => row.projectId
    )
    assert.includeMembers(ids, ["acme/shop", "new/one"])
    const open = await startServer({ operator: { allowsRepository: () => true } })
    try {
      await open.register("acme/shop")
      const other = await open.ask("PUT", "/api/devteam/projects/acme/shop", {
        body: { url: "https://example.test/x.git" }
      })
      assert.strictEqual(other.body.type, "urn:devteam:problem:project-id-taken")
      const initialize = await open.ask("POST", "/api/devteam/automation/initialize", {
        body: { projectId: "acme/shop", repository: { url: "https://example.test/x.git" } }
      })
      assert.strictEqual(initialize.status, 409)
    } finally {
      await open.close()
    }
  })
})

describe("the service", () => {
  it("is alive, and ready by dependency", async () => {
    assert.deepStrictEqual<unknown>((await get("/health")).body, { status: "ok", version: "0.0.0-test" })
    assert.deepStrictEqual<unknown>((await get("/ready")).body, {
      status: "ready",
      dependencies: { database: { ok: true } }
    })
    const broken = await startServer({
      operator: { dependencies: [{ name: "workers", check: Effect.succeed("are gone") }] }
    })
    try {
      const answer = await broken.ask("GET", "/ready", { anonymous: true })
      assert.strictEqual(answer.status, 503)
      assert.deepStrictEqual<unknown>(answer.body["dependencies"], {
        database: { ok: true },
        workers: { ok: false, detail: "are gone" }
      })
    } finally {
      await broken.close()
    }
  })

  it("measures", async () => {
    const { text } = await get("/metrics")
    const value = (name: string): number =>
      Number(
        text
          .split("\n")
          .find((line) => line.startsWith(`${name} `))
          ?.split(" ")[1]
      )
    const runs = server.world.agent.runs.length
    assert.isAbove(runs, 2)
    assert.strictEqual(value('devteam_agent_tokens_total{direction="input"}'), runs * usage.inputTokens)
    assert.strictEqual(value('devteam_agent_tokens_total{direction="output"}'), runs * usage.outputTokens)
    assert.strictEqual(value("devteam_agent_cost_usd_total"), runs * usage.costUsd)
    const spent = (await statusOf())["usage"]
    assert.deepStrictEqual<unknown>(spent, {
      inputTokens: runs * usage.inputTokens,
      outputTokens: runs * usage.outputTokens,
      costUsd: runs * usage.costUsd
    })
    assert.match(
      text,
      /^devteam_verification_duration_seconds_count\{[^}]*command="build"[^}]*outcome="failed"[^}]*\} 1$/m
    )
    assert.match(text, /^devteam_executions\{[^}]*status="completed"[^}]*\} 1$/m)
    assert.match(text, /^devteam_step_duration_seconds_count\{[^}]*step="VERIFY"[^}]*\} \d+$/m)
    assert.match(text, /^devteam_queue_latency_seconds_count\{[^}]*cause="(hint|sweep)"[^}]*\} \d+$/m)
  })

  it("has its OpenAPI document", async () => {
    const { body } = await get("/openapi.json")
    assert.deepInclude<object>(body, { openapi: "3.1.0" })
  })
})
