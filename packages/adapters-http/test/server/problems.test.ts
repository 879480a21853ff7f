/** What is not a request that the contract knows: always a problem document, and the server goes on. */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { connect } from "node:net"
import { Effect } from "effect"
import { problemTypes } from "../../src/contract/problems.ts"
import { maxBodyBytes } from "../../src/server/wellFormed.ts"
import { histories, seed } from "./support/seeded.ts"
import { type Answer, sendRaw, startServer, type TestServer, token, worldUrl } from "./support/testServer.ts"

let server: TestServer
beforeAll(async () => {
  server = await startServer({ times: { headersMs: 400, requestMs: 800, checkMs: 50 } })
  await server.run(seed("acme/shop", "execution-1", histories.running))
  await server.register("single")
})
afterAll(() => server.close())

const isProblem = (answer: Answer, name: keyof typeof problemTypes) => {
  const { status, title } = problemTypes[name]
  assert.strictEqual(answer.status, status, answer.text)
  assert.strictEqual(answer.header("content-type"), "application/problem+json")
  assert.deepInclude<object>(answer.body, { type: `urn:devteam:problem:${name}`, status, title })
  assert.isAbove(answer.body.detail?.length ?? 0, 10)
  assert.strictEqual(answer.body.correlationId, answer.header("x-correlation-id"))
}

const initialize = "/api/devteam/automation/initialize"
const valid = { projectId: "acme/other", repository: { url: worldUrl } }

describe("bodies", () => {
  for (const [name, body] of [
    ["half of JSON", '{"projectId":'],
    ["nothing", ""],
    ["blanks", " \n"],
    ["a word", "stop"],
    ["a comment", '{"a":1} // x'],
    ["too deep", `{"projectId":${"[".repeat(40)}${"]".repeat(40)}}`],
    ["a million brackets", "[".repeat(900_000)]
  ] as const) {
    it(`${name} is 400`, async () => {
      isProblem(await server.ask("POST", initialize, { body }), "malformed-json")
    })
  }

  it("bytes that are no UTF-8 are 400", async () => {
    const head = `POST ${initialize} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\nContent-Length: 4\r\n\r\n`
    const answer = await sendRaw(
      server.port,
      Buffer.concat([Buffer.from(head), Buffer.from([0x22, 0xc3, 0x28, 0x22])])
    )
    assert.match(answer, /^HTTP\/1\.1 400 [^]*malformed-json[^]*UTF-8/)
  })

  for (const [name, body, pointer] of [
    ["a list", [], "/body"],
    ["null", "null", "/body"],
    ["without what is needed", {}, "/body/projectId"],
    ["of a wrong type", { ...valid, projectId: 7 }, "/body/projectId"],
    ["with an unknown field", { ...valid, repository: { url: worldUrl, "a/b": 1 } }, "/body/repository/a~1b"],
    ["with an unknown delivery", { ...valid, delivery: "local" }, "/body/delivery"],
    [
      "with a limit below its least",
      { ...valid, options: { limits: { rounds: 0 } } },
      "/body/options/limits/rounds"
    ],
    ["with a lone surrogate", `{"projectId":"x","userId":"\\ud800"}`, "/body/userId"]
  ] as const) {
    it(`${name} is 422 and says where`, async () => {
      const answer = await server.ask("POST", initialize, { body })
      isProblem(answer, "invalid-body")
      const pointers: ReadonlyArray<unknown> = answer.body.errors?.map((error) => error["pointer"]) ?? []
      assert.include(pointers, pointer)
    })
  }

  it("says everything that is wrong at once", async () => {
    const answer = await server.ask("POST", "/events", { body: { id: "", type: 1, projectId: "A" } })
    isProblem(answer, "invalid-body")
    assert.isAtLeast(answer.body.errors?.length ?? 0, 3)
  })

  it("larger than 1 MiB is 413, said or not said beforehand; 1 MiB is not", async () => {
    const padded = (length: number) => {
      const body = { id: "big", type: "x", projectId: "acme/shop", data: "" }
      return JSON.stringify({ ...body, data: "a".repeat(length - JSON.stringify(body).length) })
    }
    isProblem(await server.ask("POST", "/events", { body: padded(maxBodyBytes + 1) }), "too-large")
    isProblem(await server.ask("POST", "/events", { body: padded(maxBodyBytes) }), "unknown-event-type")
    const chunk = `10000\r\n${" ".repeat(0x10000)}\r\n`
    const head = `POST /events HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`
    assert.match(await sendRaw(server.port, head + chunk.repeat(20)), /^HTTP\/1\.1 413 [^]*too-large/)
  })

  for (const type of [
    "text/plain",
    "application/xml",
    "application/json-patch+json",
    "application/json; charset=utf-16",
    ""
  ]) {
    it(`as ${type || "nothing"} is 415`, async () => {
      const answer = await server.ask("POST", initialize, { body: valid, headers: { "content-type": type } })
      isProblem(answer, "unsupported-media-type")
    })
  }

  it("compressed is 415; with UTF-8 named it is read", async () => {
    const compressed = { body: valid, headers: { "content-encoding": "gzip" } }
    isProblem(await server.ask("POST", initialize, compressed), "unsupported-media-type")
    const named = { body: {}, headers: { "content-type": 'Application/JSON; charset="UTF-8"' } }
    isProblem(await server.ask("POST", initialize, named), "invalid-body")
  })

  it("where none is wanted: an empty object passes, anything else does not", async () => {
    const pause = "/api/devteam/automation/pause/acme/shop"
    isProblem(await server.ask("POST", pause, { body: { mode: "now" } }), "invalid-body")
    assert.strictEqual((await server.ask("POST", pause, { body: {} })).status, 200)
  })
})

describe("paths and methods", () => {
  for (const path of [
    "/nope",
    "/api",
    "/api/devteam/automation/status",
    "/api/devteam/executions/a/b/c/d/e",
    "//health",
    "/HEALTH"
  ]) {
    it(`${path} is 404`, async () => isProblem(await server.ask("GET", path), "not-found"))
  }
  for (const [method, path, allow] of [
    ["GET", initialize, "POST"],
    ["POST", "/api/devteam/automation/status/acme/shop", "GET, HEAD"],
    ["DELETE", "/api/devteam/projects/acme%2Fshop", "GET, HEAD, PUT"],
    ["POST", "/api/devteam/repository/tasks/acme/shop", "GET, HEAD"],
    ["DELETE", "/api/devteam/repository/tasks/acme/shop/1.1", "PUT"],
    ["GET", "/api/devteam/repository/tasks/acme%2Fshop/1.1", "PUT"],
    ["PATCH", "/events", "POST"],
    ["POST", "/health", "GET, HEAD"],
    ["OPTIONS", "/openapi.json", "GET, HEAD"]
  ] as const) {
    it(`${method} ${path} is 405 and names ${allow}`, async () => {
      const answer = await server.ask(method, path)
      isProblem(answer, "method-not-allowed")
      assert.strictEqual(answer.header("allow"), allow)
    })
  }

  it("a path with a bad escape is 400", async () => {
    isProblem(await server.ask("GET", "/api/devteam/automation/status/%zz"), "malformed-request")
    isProblem(await server.ask("GET", "/api/devteam/automation/status/%c3%28"), "malformed-request")
  })

  it("a project's id that is none is 400 and says where", async () => {
    for (const id of ["UPPER", "a%2Fb%2Fc", "..", ".hidden", "a%20b", "a".repeat(300)]) {
      const answer = await server.ask("GET", `/api/devteam/projects/x%2F${id}`)
      isProblem(answer, "invalid-parameter")
      assert.strictEqual(answer.body.errors?.[0]?.["pointer"], "/path/projectId")
    }
  })

  it("an unknown query parameter is 400", async () => {
    isProblem(await server.ask("GET", "/api/devteam/executions?colour=red"), "invalid-parameter")
    isProblem(await server.ask("GET", "/api/devteam/executions?limit=0"), "invalid-parameter")
    isProblem(await server.ask("GET", "/api/devteam/executions?status=done"), "invalid-parameter")
    isProblem(await server.ask("GET", "/api/devteam/executions?limit=many"), "invalid-parameter")
  })

  it("HEAD answers like GET, without a body", async () => {
    const head = await server.ask("HEAD", "/health")
    assert.deepStrictEqual([head.status, head.text], [200, ""])
  })
})

describe("both spellings of a project's id", () => {
  for (const path of ["/api/devteam/automation/status/", "/api/devteam/projects/"]) {
    it(`GET ${path}`, async () => {
      const plain = await server.ask("GET", `${path}acme/shop`)
      assert.strictEqual(plain.status, 200)
      assert.strictEqual((await server.ask("GET", `${path}acme%2Fshop`)).text, plain.text)
      assert.strictEqual((await server.ask("GET", `${path}acme%2fshop`)).text, plain.text)
      assert.strictEqual((await server.ask("GET", `${path}single`)).status, 200)
    })
  }
  it("pause, resume and stop", async () => {
    for (const id of ["acme/shop", "acme%2Fshop"]) {
      for (const verb of ["pause", "resume", "stop"]) {
        const answer = await server.ask("POST", `/api/devteam/automation/${verb}/${id}`)
        assert.include([200, 409], answer.status)
        assert.strictEqual(answer.body.executionId, "execution-1")
      }
    }
  })
  it("an id of three segments is no id", async () => {
    isProblem(await server.ask("GET", "/api/devteam/automation/status/a/b/c"), "not-found")
  })
})

describe("what never becomes a request", () => {
  it("rubbish is 400", async () => {
    const answer = await sendRaw(server.port, "rubbish\r\n\r\n")
    assert.match(answer, /^HTTP\/1\.1 400 Bad Request\r\nContent-Type: application\/problem\+json/)
    assert.include(answer, "urn:devteam:problem:malformed-request")
  })

  it("headers of more than 16 KiB are 431", async () => {
    const answer = await sendRaw(
      server.port,
      `GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ${"x".repeat(20_000)}\r\n\r\n`
    )
    assert.match(answer, /^HTTP\/1\.1 431 [^]*problem\+json[^]*headers-too-large/)
  })

  it("two lengths are refused", async () => {
    const answer = await sendRaw(
      server.port,
      "POST /events HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    )
    assert.match(answer, /^HTTP\/1\.1 400 [^]*malformed-request/)
  })

  /** Sends a byte every 50 ms, for ever. */
  const drip = (text: string) =>
    new Promise<{ readonly answer: string; readonly ms: number }>((resolve, reject) => {
      const begun = performance.now()
      const socket = connect({ host: "127.0.0.1", port: server.port })
      let answer = ""
      let at = 0
      const timer = setInterval(() => socket.write(text[at++ % text.length] ?? "x"), 50)
      socket.setEncoding("utf8").on("data", (chunk: string) => (answer += chunk))
      socket.on("error", () => {})
      socket.on("close", () => {
        clearInterval(timer)
        resolve({ answer, ms: performance.now() - begun })
      })
      setTimeout(() => reject(new Error("still open")), 10_000).unref()
    })

  it("headers that do not come in time are 408, and others are served meanwhile", async () => {
    const slow = Promise.all(
      Array.from({ length: 20 }, () =>
        drip("GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n".padEnd(500, "X-Slow: yes\r\n"))
      )
    )
    const begun = performance.now()
    assert.strictEqual((await server.ask("GET", "/health")).status, 200)
    assert.isBelow(performance.now() - begun, 300)
    for (const { answer, ms } of await slow) {
      assert.match(answer, /^HTTP\/1\.1 408 Request Timeout[^]*problem\+json[^]*urn:devteam:problem:timeout/)
      assert.isBelow(ms, 3_000)
    }
  })

  it("a body that does not come in time is 408, without effect", async () => {
    const body = JSON.stringify(valid)
    const head = `POST ${initialize} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`
    const answer = await sendRaw(server.port, head + body.slice(0, 10))
    assert.match(answer, /^HTTP\/1\.1 408 [^]*urn:devteam:problem:timeout/)
    assert.strictEqual((await server.ask("GET", "/api/devteam/projects/acme/other")).status, 404)
  })
})

describe("the status", () => {
  it("has an ETag that changes with it", async () => {
    await server.run(seed("tag/ged", "tagged", histories.running))
    const path = "/api/devteam/automation/status/tag/ged"
    const first = await server.ask("GET", path)
    const etag = first.header("etag") ?? ""
    const same = await server.ask("GET", path, { headers: { "if-none-match": `"other", W/${etag}` } })
    assert.deepStrictEqual([same.status, same.text, same.header("etag")], [304, "", etag])
    await server.ask("POST", "/api/devteam/automation/pause/tag/ged")
    const other = await server.ask("GET", path, { headers: { "if-none-match": etag } })
    assert.strictEqual(other.status, 200)
    assert.notStrictEqual(other.header("etag"), etag)
  })
})

describe("a failure of the server itself", () => {
  it("is 500 with a problem, in the log with the same correlation id, and says no more", async () => {
    const lines: Array<Readonly<Record<string, unknown>>> = []
    const broken = await startServer({
      operator: { readRepository: () => Effect.die(new Error("secret details")) },
      log: (line) => lines.push(line)
    })
    try {
      const answer = await broken.ask("POST", "/api/devteam/repository/validate", {
        body: { repositoryUrl: worldUrl },
        headers: { "x-correlation-id": "broken-1" }
      })
      isProblem(answer, "internal")
      assert.notInclude(answer.text, "secret details")
      assert.isTrue(lines.some((line) => line["correlationId"] === "broken-1" && line["level"] === "Error"))
      assert.strictEqual((await broken.ask("GET", "/ready")).status, 200)
    } finally {
      await broken.close()
    }
  })
})

describe("the correlation id", () => {
  it("is the caller's, that of the trace, or a new one", async () => {
    const trace = "0af7651916cd43dd8448eb211c80319c"
    const of = async (headers: Readonly<Record<string, string>>) =>
      (await server.ask("GET", "/health", { headers })).header("x-correlation-id")
    assert.strictEqual(await of({ "x-correlation-id": "mine" }), "mine")
    assert.strictEqual(await of({ traceparent: `00-${trace}-b7ad6b7169203331-01` }), trace)
    assert.match((await of({ "x-correlation-id": "not valid, with blanks" })) ?? "", /^[0-9a-f-]{36}$/)
    assert.notStrictEqual(await of({}), await of({}))
  })
})
