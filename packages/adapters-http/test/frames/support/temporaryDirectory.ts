/** A folder for stores. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect } from "effect"

/** Makes the folder; removes it with what is in it. */
export const temporaryDirectory = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "devteam-http-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)
