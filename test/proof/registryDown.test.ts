/**
 * A registry that is down is nobody's fault: the execution waits, and the task is done in its first round.
 */
import { execFileSync } from "node:child_process"
import { createHash } from "node:crypto"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { createServer, type Server } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { eventsOf, newestIn } from "../push/support/journal.ts"
import { openTerminal } from "../push/support/terminal.ts"
import { independentTasks, makeWorld } from "../push/support/world.ts"
import { findViolations } from "../support/invariants.ts"

/** The tarball of a package that exports 42. */
const packAnswer = (): Buffer => {
  const directory = mkdtempSync(join(tmpdir(), "devteam-package-"))
  try {
    const source = join(directory, "package")
    mkdirSync(source)
    writeFileSync(
      join(source, "package.json"),
      JSON.stringify({ name: "answer", version: "1.0.0", main: "index.js" })
    )
    writeFileSync(join(source, "index.js"), "module.exports = 42\n")
    execFileSync("tar", ["-czf", "answer.tgz", "package"], { cwd: directory })
    return readFileSync(join(directory, "answer.tgz"))
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

const listen = (server: Server, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once("error", reject)
    server.listen(port, "127.0.0.1", () => {
      const address = server.address()
      resolve(typeof address === "object" && address !== null ? address.port : port)
    })
  })

const stop = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.closeAllConnections()
    server.close(() => resolve())
  })

const projectFor = (port: number, tarball: Buffer) => {
  const root = { name: "shop", version: "1.0.0", dependencies: { answer: "1.0.0" } }
  const url = `http://127.0.0.1:${port}`
  return {
    "tasks.md": independentTasks(1),
    "package.json": JSON.stringify({ ...root, scripts: { build: "node build.js" } }),
    "package-lock.json": JSON.stringify({
      name: "shop",
      version: "1.0.0",
      lockfileVersion: 3,
      requires: true,
      packages: {
        "": root,
        "node_modules/answer": {
          version: "1.0.0",
          resolved: `${url}/answer-1.0.0.tgz`,
          integrity: `sha512-${createHash("sha512").update(tarball).digest("base64")}`
        }
      }
    }),
    // One try a run: the execution's own attempts are what is tested.
    ".npmrc": `registry=${url}/\nfetch-retries=0\naudit=false\n`,
    ".gitignore": "node_modules\n",
    "build.js": `if (require("answer") !== 42 || !require("node:fs").existsSync("change.txt")) process.exit(1)\n`
  }
}

describe("a registry that is down", () => {
  it("costs attempts and no round: the task is done in its first one", { timeout: 180_000 }, async () => {
    const tarball = packAnswer()
    const registry = createServer((_request, response) => {
      response.writeHead(200, { "content-type": "application/octet-stream" }).end(tarball)
    })
    const port = await listen(registry, 0)
    await stop(registry)
    const world = await makeWorld({ files: projectFor(port, tarball), agent: "echo change > change.txt" })
    const terminal = openTerminal(world)
    try {
      const worker = world.work()
      await worker.passes("VERIFY:ended")
      for await (const { frame } of terminal.watch(world.projectId)) {
        if (frame.payload["event"] === "WaitStarted") break
      }
      const during = newestIn(world.dataDirectory())
      await listen(registry, port)
      const end = await worker.ended
      await world.quiet()
      const recorded = newestIn(world.dataDirectory())
      assert.strictEqual(during.state.waiting?.reason, "backoff")
      assert.strictEqual(end.status, "completed", end.log)
      const failures = eventsOf(recorded, "StepFailed")
      assert.isAtLeast(failures.length, 1)
      for (const { message, reason, step } of failures) {
        assert.deepStrictEqual([step, reason], ["VERIFY", "network"])
        assert.include(message, "ECONNREFUSED")
      }
      assert.deepStrictEqual(eventsOf(recorded, "RoundSpent"), [])
      assert.deepStrictEqual(
        recorded.state.outcomes.map(({ outcome, rounds, taskId }) => [taskId, outcome, rounds]),
        [["1.1", "completed", 1]]
      )
      assert.deepStrictEqual(
        findViolations({ dataDirectories: [world.dataDirectory()], remote: world.bare }),
        []
      )
    } finally {
      await terminal.stop()
      await world.close()
      if (registry.listening) await stop(registry)
    }
  })
})
