/**
 * This project's server for the benchmark: the embedded stores, a worker that appends frames as an agent's output is
 * appended, and the hub that sends what was stored. Usage: ours.ts <folder>.
 */
import { createServer } from "node:http"
import { makeFrameHub } from "@devteam/adapters-http/frames/FrameHub"
import { operatorAccess } from "@devteam/adapters-http/frames/WatchAccess"
import { sqliteStores } from "@devteam/adapters-sql/layers"
import { Frames } from "@devteam/core/ports/Frames"
import { Leases } from "@devteam/core/ports/Leases"
import { thisOwner } from "@devteam/runner/host/process"
import { Effect, Redacted } from "effect"
import { answerRequests, drafts, projectId, token } from "./produced.ts"

const [dataDirectory = ""] = process.argv.slice(2)

const serve = Effect.gen(function* () {
  const frames = yield* Frames
  const leases = yield* Leases
  const found = yield* leases.acquire(projectId, thisOwner("bench"), 3_600_000, () => Effect.succeed(true))
  const { epoch } = yield* Effect.fromOption(found)
  const access = operatorAccess({ token: Redacted.make(token), hosts: new Set(["127.0.0.1"]) })
  const hub = yield* makeFrameHub({ access })
  const server = createServer((_, response) => response.writeHead(404).end())
  server.on("upgrade", hub.upgrade)
  const run = Effect.runPromiseWith(yield* Effect.context<never>())
  server.listen(0, "127.0.0.1", () => {
    const address = server.address()
    answerRequests(typeof address === "object" && address !== null ? address.port : 0, (count) =>
      run(frames.append(projectId, epoch, drafts(count)))
    )
  })
  return yield* Effect.never
})

await Effect.runPromise(Effect.scoped(serve).pipe(Effect.provide(sqliteStores({ dataDirectory }))))
