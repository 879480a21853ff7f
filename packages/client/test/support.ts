/**
 * Servers for the client's tests: processes that can be killed, and a producer of frames.
 */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { sqliteStores } from "@devteam/adapters-sql/layers"
import { Frames } from "@devteam/core/ports/Frames"
import { Leases } from "@devteam/core/ports/Leases"
import * as given from "@devteam/core/testing/given"
import { Effect, Layer } from "effect"

/** The project of these tests. */
export const projectId = given.projectId()

/** What the servers of these tests ask for. */
export const token = "test-token"

/** A folder that lives as long as the scope. */
export const temporaryDirectory = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "devteam-client-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

/** Stores of a folder, as another process than the server has them. */
export const storesIn = (dataDirectory: string) => Layer.fresh(sqliteStores({ dataDirectory }))

/** A server in a process of its own. */
export interface ServerProcess {
  readonly port: number
  /** Sends the signal, and waits until the process is gone. */
  readonly end: (signal: "SIGKILL" | "SIGTERM") => Promise<void>
}

/** Starts one; port 0 is any free one. */
export const startServer = async (dataDirectory: string, port = 0): Promise<ServerProcess> => {
  const path = fileURLToPath(new URL("processes/server.ts", import.meta.url))
  const argv = ["--conditions=devteam-source", path, dataDirectory, String(port)]
  const child = spawn(process.execPath, argv, { stdio: ["ignore", "pipe", "inherit"] })
  const exited = once(child, "exit")
  const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string]
  return {
    port: Number(line),
    end: async (signal) => {
      child.kill(signal)
      await exited
    }
  }
}

/** Holds the project, and stores log output. */
export const producer = Effect.gen(function* () {
  const frames = yield* Frames
  const lease = yield* (yield* Leases).acquire(projectId, given.owner(), 600_000, () => Effect.succeed(true))
  const { epoch } = yield* Effect.fromOption(lease)
  return (...texts: ReadonlyArray<string>) =>
    Effect.suspend(() =>
      frames.append(
        projectId,
        epoch,
        texts.map((text) => ({
          type: "execution-log" as const,
          at: Date.now(),
          payload: { executionId: given.executionId(), step: "IMPLEMENT", stream: "stdout", text }
        }))
      )
    )
})
