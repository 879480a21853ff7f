/**
 * Generated requests against the real server: valid by their schemas, mutated, and raw bytes.
 *
 * DEVTEAM_GENERATED_REQUESTS says how many over each store, DEVTEAM_SEED which: by default the same ones, so that a
 * failure is somebody's change and can be repeated.
 */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { HttpApi } from "effect/http-api"
import { Arbitrary, Effect, Result, Schema } from "effect"
import { Api } from "../../src/contract/Api.ts"
import { openApiDocument } from "../../src/contract/openapi.ts"
import { EventRequest, InitializeRequest } from "../../src/contract/work.ts"
import { Problem } from "../../src/contract/problems.ts"
import { withEncodedProject } from "../../src/server/routes.ts"
import { makeRandom, type Random } from "./support/random.ts"
import { histories, seed } from "./support/seeded.ts"
import {
  type Answer,
  type Asked,
  sendRaw,
  startServer,
  type TestServer,
  token,
  worldUrl
} from "./support/testServer.ts"

const total = Number(process.env["DEVTEAM_GENERATED_REQUESTS"] ?? "2000")
const firstSeed = Number(process.env["DEVTEAM_SEED"] ?? "128480")

interface Operation {
  readonly method: string
  readonly path: string
  readonly statuses: ReadonlySet<number>
}

const operations = Object.entries(
  (openApiDocument() as { readonly paths: Record<string, Record<string, { readonly responses: object }>> })
    .paths
).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, { responses }]): Operation => ({
    method: method.toUpperCase(),
    path,
    statuses: new Set(Object.keys(responses).map(Number))
  }))
)

/** The operation that a request reaches: what is in its path may lead to another one than it was made from. */
const reached = (method: string, target: string): Operation | undefined => {
  const path = withEncodedProject(new URL(target, "http://server").pathname, method).replace(/(?<=.)\/$/, "")
  const fits = (template: string) =>
    new RegExp(`^${template.replaceAll(".", "\\.").replace(/\{\w+\}/g, "[^/]+")}$`).test(path)
  return operations.find((operation) => operation.method === method && fits(operation.path))
}

/** What an answer without an operation may be: no such path, no such method, or no readable path. */
const ofNoOperation = new Set([400, 401, 403, 404, 405, 408, 431])

/** By method, path and status: how a successful answer reads. */
const successes = new Map<string, Schema.Top>()
HttpApi.reflect(Api, {
  onGroup: () => {},
  onEndpoint: (found) => {
    const path = found.endpoint.path.replace(/(?<=.)\/$/, "").replace(/:(\w+)/g, "{$1}")
    for (const [status, schemas] of found.successes) {
      successes.set(`${found.endpoint.method} ${path} ${status}`, Schema.Union(schemas))
    }
  }
})

const projects = [
  "acme/shop",
  "single",
  "no/body",
  "acme%2Fshop",
  "UPPER",
  "%00",
  "a/b/c",
  "é",
  "..",
  "%2e%2e%2f"
]
const executions = ["execution-1", "nobody", "%00", "x".repeat(100), "..%2f..", "'; DROP TABLE execution"]
const words = [
  "",
  "0",
  "-1",
  "1",
  "1e999",
  "NaN",
  "now",
  "running",
  "💥",
  "\u202e",
  "%00",
  "a".repeat(5_000),
  "'\"<script>"
]

const fill = (path: string, random: Random): string =>
  path.replace(/\{(\w+)\}/g, (_, name: string) => {
    if (random.chance(0.15)) return encodeURIComponent(random.pick(words))
    if (name === "projectId") return random.pick(projects)
    if (name === "executionId") return encodeURI(random.pick(executions))
    return random.pick(["1", "1.1", "prompt.md", "7"])
  })

const query = (random: Random): string => {
  if (random.chance(0.6)) return ""
  const names = [
    "limit",
    "after",
    "cursor",
    "status",
    "projectId",
    "userId",
    "mode",
    "round",
    "step",
    "colour",
    "__proto__"
  ]
  const pairs = Array.from(
    { length: random.int(3) + 1 },
    () => `${random.pick(names)}=${encodeURIComponent(random.pick(words))}`
  )
  return `?${pairs.join("&")}`
}

/** Changes one place of a JSON value. */
const mutate = (value: unknown, random: Random): unknown => {
  if (typeof value === "object" && value !== null && !Array.isArray(value) && random.chance(0.8)) {
    const keys = Object.keys(value)
    const fields = value as Readonly<Record<string, unknown>>
    if (keys.length === 0 || random.chance(0.2))
      return { ...value, [random.pick(["__proto__", "x", "", "toString", "id"])]: 1 }
    const key = random.pick(keys)
    if (random.chance(0.3)) return Object.fromEntries(Object.entries(fields).filter(([name]) => name !== key))
    return { ...value, [key]: mutate(fields[key], random) }
  }
  return random.pick<unknown>([
    0,
    -1,
    1e308,
    "",
    "a".repeat(3_000),
    [],
    {},
    [[[]]],
    false,
    "\0",
    "\ud800",
    "ProjectId",
    0.5
  ])
}

const headersOf = (random: Random): Record<string, string> => {
  const headers: Record<string, string> = {}
  if (random.chance(0.2)) headers["idempotency-key"] = random.pick(["k", "k".repeat(300), '""', "a b", "1"])
  if (random.chance(0.1))
    headers["content-type"] = random.pick(["text/plain", "application/json; charset=utf-8", "a/b;;", "*/*"])
  if (random.chance(0.1)) headers["if-none-match"] = random.pick(["*", '"', "W/", "a,b"])
  if (random.chance(0.1)) headers["x-correlation-id"] = random.pick(["c-1", "with blank", "x".repeat(500)])
  if (random.chance(0.05)) headers["accept"] = "application/xml"
  if (random.chance(0.05)) headers["authorization"] = random.pick(["Bearer", "Bearer x", "Basic !!!", "x"])
  if (random.chance(0.05)) headers["origin"] = random.pick(["null", "http://evil.example", "file://"])
  return headers
}

let server: TestServer
let valid: { readonly events: ReadonlyArray<unknown>; readonly wishes: ReadonlyArray<unknown> }
const statuses = new Map<number, number>()

const setUp = async (stores: "memory" | "sqlite") => {
  server = await startServer({ stores, times: { headersMs: 500, requestMs: 1_000, checkMs: 100 } })
  await server.run(seed("acme/shop", "execution-1", histories.running))
  await server.register("single")
  const sample = <S extends Schema.Top>(schema: S, count: number) =>
    Effect.runPromise(Arbitrary.sampleEffect(Arbitrary.schema(schema), { count, seed: firstSeed }))
  valid = { events: await sample(EventRequest, 100), wishes: await sample(InitializeRequest, 100) }
}

/** A body that fits: with the ids that there are, half of the time. */
const bodyFor = ({ path }: Operation, random: Random): unknown => {
  if (path === "/events") {
    const event = random.pick(valid.events) as object
    return random.chance(0.5)
      ? { ...event, type: "devteam.automation.requested", projectId: random.pick(["acme/shop", "single"]) }
      : event
  }
  if (path.endsWith("/initialize")) {
    const wish = random.pick(valid.wishes) as object
    return random.chance(0.5) ? { ...wish, repository: { url: worldUrl } } : wish
  }
  if (path.endsWith("/validate"))
    return { repositoryUrl: random.pick([worldUrl, "https://x", "ext::sh", "-u", "file:///etc"]) }
  if (path.includes("/repository/tasks/"))
    return { decision: random.pick(["accept", "skip", "reopen", "done", "accept", "undo"]) }
  if (path.startsWith("/api/devteam/projects"))
    return { url: random.pick([worldUrl, "https://x", "ssh://-oProxyCommand=x"]) }
  return {}
}

const check = (operation: Operation | undefined, answer: Answer, what: string): void => {
  statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1)
  assert.isBelow(answer.status, 500, `${what}\n${answer.text}`)
  const documented = operation === undefined ? ofNoOperation : operation.statuses
  assert.isTrue(
    documented.has(answer.status) || ofNoOperation.has(answer.status),
    `${what}: ${answer.status} is not documented\n${answer.text}`
  )
  assert.match(answer.header("x-correlation-id") ?? "", /^[\x21-\x7e]{1,128}$/)
  if (answer.status >= 400) {
    assert.strictEqual(answer.header("content-type"), "application/problem+json", what)
    const problem = Schema.decodeUnknownSync(Problem, { onExcessProperty: "error" })(answer.body)
    assert.strictEqual(problem.status, answer.status)
    return
  }
  if (operation === undefined || answer.header("content-type") !== "application/json") return
  const schema = successes.get(`${operation.method} ${operation.path} ${answer.status}`)
  assert.isDefined(schema, `${what}: no schema for ${operation.method} ${operation.path} ${answer.status}`)
  if (schema === undefined) return
  const fits = Schema.decodeUnknownResult(Schema.toCodecJson(schema) as unknown as Schema.Codec<unknown>, {
    onExcessProperty: "error"
  })
  assert.isTrue(
    Result.isSuccess(fits(answer.body)),
    `${what}: the answer is not as its schema says\n${answer.text}`
  )
}

const one = async (seedOfOne: number): Promise<void> => {
  const random = makeRandom(seedOfOne)
  const operation = random.pick(operations)
  const asWritten = random.chance(0.4)
  const method =
    asWritten || random.chance(0.9)
      ? operation.method
      : random.pick(["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "POST"])
  const path = `${fill(operation.path, random)}${query(random)}`
  const fits = bodyFor(operation, random)
  const body = asWritten ? fits : mutate(fits, random)
  const takesBody = method !== "GET" && method !== "HEAD"
  const asked: Asked = {
    headers: asWritten ? {} : headersOf(random),
    ...(takesBody ? { body: random.chance(0.03) ? random.pick(words) : body } : {})
  }
  const what = `seed ${seedOfOne}: ${method} ${path.slice(0, 200)} ${JSON.stringify(asked).slice(0, 500)}`
  const answer = await server.ask(method, path, asked).catch((error: unknown) => {
    throw new Error(what, { cause: error })
  })
  check(reached(method, path), answer, what)
}

const rawBytes = (random: Random): Buffer => {
  const head = (line: string) =>
    `${line}\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${token}\r\nConnection: close\r\n`
  const noise = () => Buffer.from(Array.from({ length: random.int(200) }, () => random.int(256)))
  const json = Buffer.concat([Buffer.from('{"id":"'), noise(), Buffer.from('"}')])
  return random.pick([
    () => Buffer.concat([noise(), Buffer.from("\r\n\r\n")]),
    () =>
      Buffer.concat([
        Buffer.from("GET /"),
        noise(),
        Buffer.from(" HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
      ]),
    () =>
      Buffer.concat([
        Buffer.from(
          `${head("POST /events HTTP/1.1")}Content-Type: application/json\r\nContent-Length: ${json.length}\r\n\r\n`
        ),
        json
      ]),
    () => Buffer.from(`${head("POST /events HTTP/1.1")}Content-Length: -1\r\n\r\n{}`),
    () => Buffer.from(`${head("POST /events HTTP/1.1")}Transfer-Encoding: chunked\r\n\r\nZZ\r\n`),
    () => Buffer.from(`${head(`GET ${"/a".repeat(random.int(12_000))} HTTP/1.1`)}\r\n`),
    () => Buffer.from(`${head("GET /health HTTP/9.9")}\r\n`),
    () => Buffer.from(`${head("BREW /health HTTP/1.1")}\r\n`),
    () =>
      Buffer.from(`GET /health HTTP/1.1\r\n${"A: b\r\n".repeat(random.int(4_000))}Connection: close\r\n\r\n`),
    () => Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
  ])()
}

const oneRaw = async (seedOfOne: number): Promise<void> => {
  const answer = await sendRaw(server.port, rawBytes(makeRandom(seedOfOne)))
  // A connection may end without a word where nothing can be said.
  if (answer === "") return
  const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1] ?? "0")
  assert.isTrue(status >= 200 && status < 500, `seed ${seedOfOne}: ${answer.slice(0, 300)}`)
  if (status >= 400) assert.match(answer, /content-type: application\/problem\+json/i, `seed ${seedOfOne}`)
}

const inParallel = async (count: number, task: (n: number) => Promise<void>): Promise<void> => {
  let next = 0
  const lane = async () => {
    while (next < count) await task(firstSeed + next++)
  }
  await Promise.all(Array.from({ length: 8 }, lane))
}

describe.each(["memory", "sqlite"] as const)(`generated requests over %s, seed ${firstSeed}`, (stores) => {
  beforeAll(() => setUp(stores))
  afterAll(() => server.close())

  it(`${total} of them: no 5xx, nothing undocumented, every error a problem, every answer as its schema says`, async () => {
    await inParallel(Math.ceil(total * 0.8), one)
    await inParallel(Math.floor(total * 0.2), oneRaw)
    assert.strictEqual((await server.ask("GET", "/health")).status, 200)
    // Both good and bad ones were among them.
    for (const status of [200, 202, 400, 404, 422])
      assert.isAbove(statuses.get(status) ?? 0, 0, String(status))
  }, 120_000)
})
