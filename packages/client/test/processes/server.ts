/**
 * A process that serves the frames of a data directory.
 *
 * Usage: server.ts <dataDirectory> <port>. It says its port once it listens. SIGTERM closes it in an orderly way.
 */
import { once } from "node:events"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { makeFrameHub } from "@devteam/adapters-http/frames/FrameHub"
import { operatorAccess } from "@devteam/adapters-http/frames/WatchAccess"
import { sqliteStores } from "@devteam/adapters-sql/layers"
import { Effect, Redacted } from "effect"

const [dataDirectory = "", port = "0"] = process.argv.slice(2)

const program = Effect.gen(function* () {
  const access = operatorAccess({ token: Redacted.make("test-token"), hosts: new Set(["127.0.0.1"]) })
  const hub = yield* makeFrameHub({ access })
  const server = createServer((_, response) => response.writeHead(404).end())
  server.on("upgrade", hub.upgrade)
  server.listen(Number(port), "127.0.0.1")
  yield* Effect.promise(() => once(server, "listening"))
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`)
  yield* Effect.promise(() => once(process, "SIGTERM"))
})

await Effect.runPromise(program.pipe(Effect.scoped, Effect.provide(sqliteStores({ dataDirectory }))))
process.exit(0)
