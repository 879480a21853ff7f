/** A worker for tests that will be killed: runs one command in a local sandbox and copies its output. */
import { Sandboxes, type SandboxOwner } from "@devteam/core/ports/Sandbox"
import { Effect, Stream } from "effect"
import { layer, type LocalSandboxOptions } from "../../../src/local/LocalSandboxes.ts"

const { options, owner, argv, cwd }: Input = JSON.parse(process.argv[2] ?? "")

interface Input {
  readonly options: LocalSandboxOptions
  readonly owner: SandboxOwner
  readonly argv: [string, ...Array<string>]
  readonly cwd: string
}

await Effect.gen(function* () {
  const session = yield* (yield* Sandboxes).acquire(owner)
  yield* Stream.runForEach(session.exec({ argv, cwd, timeoutMs: 60_000 }), (event) =>
    Effect.sync(() => event._tag === "Chunk" && process.stdout.write(event.bytes))
  )
}).pipe(Effect.scoped, Effect.provide(layer(options)), Effect.runPromise)
