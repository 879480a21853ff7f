/** Who may come in: each line of the safety of the service, with proof that the refused request had no effect. */
import { request as httpRequest } from "node:http"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { maxBodyBytes } from "../../src/server/wellFormed.ts"
import { contents } from "./support/contents.ts"
import { histories, seed } from "./support/seeded.ts"
import { startServer, sendRaw, type TestServer, token, worldUrl } from "./support/testServer.ts"

let server: TestServer
beforeAll(async () => {
  server = await startServer()
  await server.run(seed("safe/running", "safe-1", histories.running))
})
afterAll(() => server.close())

interface Raw {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

/** `fetch` sets Host and Origin as it likes, this one as it is told. */
const send = ({ method, path, headers, body }: Raw) =>
  new Promise<{ readonly status: number; readonly type: string; readonly text: string }>(
    (resolve, reject) => {
      const sent = httpRequest(
        { host: "127.0.0.1", port: server.port, method, path, headers },
        (response) => {
          let text = ""
          response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk))
          response.on("end", () => {
            const { type = "" } = text.startsWith("{") ? (JSON.parse(text) as { readonly type?: string }) : {}
            resolve({ status: response.statusCode ?? 0, type, text })
          })
        }
      )
      sent.on("error", reject)
      sent.end(body)
    }
  )

const authorization = `Bearer ${token}`
const json = { "content-type": "application/json", authorization }
const body = JSON.stringify({ projectId: "safe/new", repository: { url: worldUrl } })
const initialize = "/api/devteam/automation/initialize"
const stop = "/api/devteam/automation/stop/safe/running"

const cases: ReadonlyArray<
  readonly [string, Partial<Raw> & { readonly headers: Raw["headers"] }, number, string]
> = [
  [
    "a name bound anew to this address",
    { headers: { ...json, host: "evil.example:80" }, body },
    403,
    "host-not-allowed"
  ],
  [
    "a name that only begins like ours",
    { headers: { ...json, host: "localhost.evil.example" }, body },
    403,
    "host-not-allowed"
  ],
  [
    "a page of another origin",
    { headers: { ...json, origin: "https://evil.example" }, body },
    403,
    "origin-not-allowed"
  ],
  ["a page without an origin", { headers: { ...json, origin: "null" }, body }, 403, "origin-not-allowed"],
  [
    "a page of another port of this machine",
    { headers: { ...json, origin: "http://127.0.0.1:1" }, body },
    403,
    "origin-not-allowed"
  ],
  [
    "a form's text/plain",
    { headers: { ...json, "content-type": "text/plain" }, body },
    415,
    "unsupported-media-type"
  ],
  [
    "a form's urlencoded",
    { headers: { ...json, "content-type": "application/x-www-form-urlencoded" }, body },
    415,
    "unsupported-media-type"
  ],
  ["a body without a type", { headers: { authorization }, body }, 415, "unsupported-media-type"],
  ["no token", { headers: { "content-type": "application/json" }, body }, 401, "unauthorized"],
  ["a wrong token", { headers: { ...json, authorization: "Bearer wrong" }, body }, 401, "unauthorized"],
  [
    "the token as basic credentials",
    { headers: { ...json, authorization: `Basic ${btoa(`x:${token}`)}` }, body },
    401,
    "unauthorized"
  ],
  [
    "the token in the query",
    { path: `${initialize}?token=${token}`, headers: { "content-type": "application/json" }, body },
    401,
    "unauthorized"
  ],
  [
    "a repository that is not allowed",
    {
      headers: json,
      body: JSON.stringify({ projectId: "safe/new", repository: { url: "https://other.example/x.git" } })
    },
    403,
    "repository-not-allowed"
  ],
  [
    "a repository to look at that is not allowed",
    {
      path: "/api/devteam/repository/validate",
      headers: json,
      body: '{"repositoryUrl":"https://10.0.0.1/x.git"}'
    },
    403,
    "repository-not-allowed"
  ],
  [
    "a project of a repository that is not allowed",
    {
      method: "PUT",
      path: "/api/devteam/projects/safe/new",
      headers: json,
      body: '{"url":"https://other.example/x.git"}'
    },
    403,
    "repository-not-allowed"
  ],
  [
    "a URL with a password",
    {
      headers: json,
      body: JSON.stringify({
        projectId: "safe/new",
        repository: { url: "https://u:p@example.test/acme/shop.git" }
      })
    },
    422,
    "invalid-body"
  ],
  [
    "a stop without a body from another origin",
    { path: stop, headers: { authorization, origin: "https://evil.example" } },
    403,
    "origin-not-allowed"
  ],
  ["a stop without the token", { path: stop, headers: {} }, 401, "unauthorized"]
]

describe("refused before any effect", () => {
  for (const [name, change, status, problem] of cases) {
    it(name, async () => {
      const before = await server.run(contents)
      const answer = await send({ method: "POST", path: initialize, ...change })
      assert.strictEqual(answer.status, status, answer.text)
      assert.strictEqual(answer.type, `urn:devteam:problem:${problem}`)
      assert.notInclude(answer.text, token)
      assert.deepStrictEqual(await server.run(contents), before)
    })
  }

  it("a body of more than 1 MiB; control: one of 1 MiB has its effect", async () => {
    await server.register("safe/large")
    const event = { id: "large", type: "devteam.automation.requested", projectId: "safe/large", data: "" }
    const fill = maxBodyBytes - JSON.stringify(event).length
    const post = (length: number) =>
      server.ask("POST", "/events", { body: { ...event, data: "a".repeat(length) } })
    const before = await server.run(contents)
    const refused = await post(fill + 1)
    assert.deepStrictEqual([refused.status, refused.body.type], [413, "urn:devteam:problem:too-large"])
    assert.deepStrictEqual(await server.run(contents), before)
    assert.strictEqual((await post(fill)).status, 202)
    assert.notDeepEqual(await server.run(contents), before)
  })

  it("control: the same request without its fault has its effect", async () => {
    const before = await server.run(contents)
    const answer = await send({ method: "POST", path: initialize, headers: json, body })
    assert.strictEqual(answer.status, 202, answer.text)
    assert.notDeepEqual(await server.run(contents), before)
    const stopped = await send({ method: "POST", path: stop, headers: { authorization } })
    assert.strictEqual(stopped.status, 200)
  })

  it("a missing Host and two of them", async () => {
    const none = await sendRaw(server.port, "GET /health HTTP/1.1\r\nConnection: close\r\n\r\n")
    assert.match(none, /^HTTP\/1\.1 403 /)
    assert.include(none, "urn:devteam:problem:host-not-allowed")
    const two = await sendRaw(
      server.port,
      "GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"
    )
    assert.match(two, /^HTTP\/1\.1 400 /)
  })

  it("an absolute target counts as the Host", async () => {
    const answer = await sendRaw(
      server.port,
      "GET http://evil.example/health HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
    )
    assert.match(answer, /^HTTP\/1\.1 403 /)
  })
})

describe("open to everybody", () => {
  for (const path of ["/health", "/ready", "/openapi.json", "/docs"]) {
    it(path, async () => {
      assert.strictEqual((await server.ask("GET", path, { anonymous: true })).status, 200)
    })
  }
  it("but not the metrics, nor anything below /api", async () => {
    for (const path of ["/metrics", "/api/devteam/projects", "/api/devteam/automation/status/safe/running"]) {
      assert.strictEqual((await server.ask("GET", path, { anonymous: true })).status, 401, path)
    }
  })
  it("the page loads nothing from anywhere else", async () => {
    const page = await server.ask("GET", "/docs", { anonymous: true })
    assert.include(page.header("content-security-policy") ?? "", "default-src 'none'")
    assert.notMatch(page.text.slice(0, 2_000), /<(script|link)[^>]+(src|href)=/)
  })
})

describe("without authentication", () => {
  it("a page of another origin is refused all the same", async () => {
    const open = await startServer({ operator: { token: undefined } })
    try {
      const asked = { body: { projectId: "safe/new", repository: { url: worldUrl } }, anonymous: true }
      const refused = await open.ask("POST", initialize, {
        ...asked,
        headers: { origin: "https://evil.example" }
      })
      assert.strictEqual(refused.status, 403)
      assert.strictEqual((await open.ask("POST", initialize, asked)).status, 202)
    } finally {
      await open.close()
    }
  })
})
