/**
 * The demo clients as their users start them, but from the sources.
 */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { watch } from "../src/watch.ts"
import { producer, projectId, startServer, storesIn, temporaryDirectory, token } from "./support.ts"

const wait = <A>(promise: Promise<A>) => Effect.promise(() => promise)

/** Starts a program of the demo; it is dead once the scope ends. */
const demo = (program: string, ...args: ReadonlyArray<string>) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const path = fileURLToPath(new URL(`../../../examples/watch-demo/${program}`, import.meta.url))
      const env = { ...process.env, DEVTEAM_TOKEN: token }
      return spawn(process.execPath, ["--conditions=devteam-source", path, ...args], {
        stdio: ["ignore", "pipe", "pipe"],
        env
      })
    }),
    (child) => Effect.sync(() => child.kill("SIGKILL"))
  )

/** Resolves with what a stream says once that matches. */
const says = async (stream: NodeJS.ReadableStream, pattern: RegExp): Promise<string> => {
  let text = ""
  for await (const chunk of stream) {
    text += String(chunk)
    if (pattern.test(text)) return text
  }
  throw new Error(`it ended, and said only: ${text}`)
}

describe("the demo", () => {
  it.live("watches in the terminal, and hands nothing of what others print on to it but text", () =>
    Effect.gen(function* () {
      const dataDirectory = yield* temporaryDirectory
      yield* Effect.gen(function* () {
        const server = yield* Effect.acquireRelease(wait(startServer(dataDirectory)), ({ end }) =>
          wait(end("SIGKILL"))
        )
        const append = yield* producer
        yield* append("\u001b[2Jhello\u0007\n")
        const terminal = yield* demo("watch.js", `http://127.0.0.1:${server.port}`, projectId, "0")
        const said = says(terminal.stderr, /go on with: .*\n/)
        assert.strictEqual(yield* wait(says(terminal.stdout, /\n/)), "hello\n")
        terminal.kill("SIGINT")
        assert.match(
          yield* wait(said),
          /connected to http.*\ngo on with: node watch.js .* acme\/shop \S+\.1\n/
        )
      }).pipe(Effect.provide(storesIn(dataDirectory)))
    })
  )

  it.live("serves the page, and hands the page's WebSocket on", () =>
    Effect.gen(function* () {
      const dataDirectory = yield* temporaryDirectory
      yield* Effect.gen(function* () {
        const server = yield* Effect.acquireRelease(wait(startServer(dataDirectory)), ({ end }) =>
          wait(end("SIGKILL"))
        )
        yield* (yield* producer)("hello")
        const page = yield* demo("page.js", `http://127.0.0.1:${server.port}`, "0")
        const [line] = (yield* wait(once(createInterface({ input: page.stdout }), "line"))) as [string]
        const baseUrl = line.replace("open ", "")
        const html = yield* wait(fetch(baseUrl).then((response) => response.text()))
        assert.include(html, 'import { watch } from "/client/watch.js"')
        const outside = yield* wait(fetch(new URL("/client/..%2fpackage.json", baseUrl)))
        assert.strictEqual(outside.status, 404)
        const frames = watch({ baseUrl, token }, projectId, { after: 0 })
        const first = yield* wait(frames.next())
        yield* wait(frames.return())
        assert.strictEqual(first.done ? undefined : first.value.payload["text"], "hello")
      }).pipe(Effect.provide(storesIn(dataDirectory)))
    })
  )
})
