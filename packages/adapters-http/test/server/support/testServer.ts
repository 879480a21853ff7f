/**
 * The real server on a free port, over stores, git, sandbox and agents in memory.
 */
import { mkdtempSync, rmSync } from "node:fs"
import { connect } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { sqliteStores } from "@devteam/adapters-sql/layers"
import { type Everything, layerMemory, World, type WorldShape } from "@devteam/core/testing/memory/Everything"
import { defaultPoolOptions, runPool } from "@devteam/core/worker/pool"
import { defaultLimits } from "@devteam/core/model/Limits"
import { ProjectId } from "@devteam/core/model/Ids"
import { Intake, type IntakeShape } from "@devteam/core/ports/Intake"
import { Projects } from "@devteam/core/ports/Projects"
import * as given from "@devteam/core/testing/given"
import { Context, Effect, Layer, Logger, ManagedRuntime, Redacted, References } from "effect"
import { nodeHandler } from "../../../src/server/HttpApp.ts"
import {
  type Listening,
  listenNode,
  refuseUpgrades,
  type RequestTimes
} from "../../../src/server/NodeServer.ts"
import { Operator, type OperatorShape, RepositoryRefused } from "../../../src/server/Operator.ts"

/** The repository of the world in memory. */
export const worldUrl = given.settings().repository.url
export const token = "a-token-that-nobody-guesses-0123456789"

/** What a test decides. */
export interface TestServerOptions {
  readonly operator?: Partial<OperatorShape>
  readonly times?: RequestTimes
  /** Where the stores are: `memory` if nothing is said. */
  readonly stores?: "memory" | "sqlite"
  /** Works on what is asked for. */
  readonly pool?: boolean
  /** What the intake does otherwise. */
  readonly intake?: Partial<IntakeShape>
  /** Lines of the log, as objects. */
  readonly log?: (line: Readonly<Record<string, unknown>>) => void
}

/** A request's parts beside method and path. */
export interface Asked {
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  /** Sent without the token. */
  readonly anonymous?: boolean
}

/** The fields of answers that tests look at. */
export interface Body {
  readonly type?: string
  readonly title?: string
  readonly status?: string | number
  readonly detail?: string
  readonly correlationId?: string
  readonly errors?: ReadonlyArray<Readonly<Record<string, unknown>>>
  readonly state?: string
  readonly legalFrom?: ReadonlyArray<string>
  readonly executionId?: string
  readonly eventId?: string
  readonly currentStatus?: string
  readonly at?: string
  readonly [field: string]: unknown
}

/** An answer, read. `body` is empty where it is no JSON. */
export interface Answer {
  readonly status: number
  readonly text: string
  readonly body: Body
  readonly header: (name: string) => string | null
}

/** Reads an answer to its end. */
export const read = async (response: Response): Promise<Answer> => {
  const text = await response.text()
  const isJson = /json/.test(response.headers.get("content-type") ?? "")
  return {
    status: response.status,
    text,
    body: isJson && text !== "" ? (JSON.parse(text) as Body) : {},
    header: (name) => response.headers.get(name)
  }
}

/** A server of a test. */
export interface TestServer {
  readonly url: string
  readonly port: number
  readonly world: WorldShape
  readonly run: <A, E>(effect: Effect.Effect<A, E, Everything>) => Promise<A>
  readonly ask: (method: string, path: string, asked?: Asked) => Promise<Answer>
  readonly register: (projectId: string, url?: string) => Promise<void>
  readonly close: () => Promise<void>
}

const operator = (overrides: Partial<OperatorShape>): OperatorShape => ({
  version: "0.0.0-test",
  token: Redacted.make(token),
  hosts: new Set(["127.0.0.1", "localhost"]),
  identity: { name: "Ada", email: "ada@example.test" },
  agents: [{ id: "command", argv: ["agent"], env: [] }],
  limits: defaultLimits,
  readRepository: (url) =>
    /^https:\/\/[^@]+$/.test(url)
      ? Effect.succeed({ url, projectId: ProjectId.make("acme/shop") })
      : Effect.fail(new RepositoryRefused({ reason: "invalid", message: "That is not a repository's URL." })),
  allowsRepository: (url) => url === worldUrl,
  dependencies: [],
  ...overrides
})

class Socket extends Context.Service<Socket, Listening>()("test/Socket") {}

const listening = ({ pool = false, times }: TestServerOptions) =>
  Layer.effect(
    Socket,
    Effect.gen(function* () {
      const handle = yield* nodeHandler
      if (pool) yield* Effect.forkScoped(runPool({ ...defaultPoolOptions, sweepMs: 200 }))
      return yield* listenNode({ host: "127.0.0.1", port: 0, handle, upgrade: refuseUpgrades, times })
    })
  )

/** Starts one. */
export const startServer = async (options: TestServerOptions = {}): Promise<TestServer> => {
  const logger = Logger.make<unknown, void>(({ message, logLevel, fiber }) => {
    options.log?.({ message, level: logLevel, ...fiber.getRef(References.CurrentLogAnnotations) })
  })
  const directory = options.stores === "sqlite" ? mkdtempSync(join(tmpdir(), "devteam-http-")) : undefined
  const everything = Layer.mergeAll(
    layerMemory(),
    directory === undefined ? Layer.empty : sqliteStores({ dataDirectory: directory }),
    Layer.succeed(Operator, operator(options.operator ?? {})),
    Logger.layer([logger])
  )
  const intake = Layer.effect(
    Intake,
    Effect.map(Intake, (real) => ({ ...real, ...options.intake }))
  )
  const runtime = ManagedRuntime.make(
    listening(options).pipe(Layer.provideMerge(intake), Layer.provideMerge(everything))
  )
  const { port } = await runtime.runPromise(Socket)
  const world = await runtime.runPromise(World)
  const url = `http://127.0.0.1:${port}`
  return {
    url,
    port,
    world,
    run: (effect) => runtime.runPromise(effect),
    ask: async (method, path, { body, headers = {}, anonymous = false } = {}) =>
      read(
        await fetch(`${url}${path}`, {
          method,
          redirect: "manual",
          headers: {
            ...(anonymous ? {} : { authorization: `Bearer ${token}` }),
            ...(body === undefined ? {} : { "content-type": "application/json" }),
            ...headers
          },
          ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) })
        })
      ),
    register: (projectId, repository = worldUrl) =>
      runtime.runPromise(
        Effect.asVoid(
          Projects.use((projects) =>
            projects.register({
              projectId: ProjectId.make(projectId),
              url: repository,
              registeredAt: given.startedAt
            })
          )
        )
      ),
    close: async () => {
      await runtime.dispose()
      if (directory !== undefined) rmSync(directory, { recursive: true, force: true })
    }
  }
}

/** Sends bytes as they are, and answers everything that comes back until the connection ends. */
export const sendRaw = (port: number, bytes: string | Uint8Array, limitMs = 10_000): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect({ host: "127.0.0.1", port }, () => socket.write(bytes))
    const chunks: Array<Buffer> = []
    socket.setTimeout(limitMs, () => socket.destroy(new Error("no end of the connection in time")))
    socket.on("data", (chunk) => chunks.push(chunk))
    socket.on("close", () => resolve(Buffer.concat(chunks).toString("utf8")))
    socket.on("error", (error: NodeJS.ErrnoException) => {
      // The server may close while this side still writes.
      if (error.code !== "ECONNRESET" && error.code !== "EPIPE") reject(error)
    })
  })
