/**
 * Temporary directories of a test, gone when its scope closes.
 */
import { Effect } from "effect"
import { mkdirSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

/** An empty checkout and an empty scratch directory beside it. */
export const directories = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "devteam-agents-"))),
  (root) => Effect.sync(() => rmSync(root, { recursive: true, force: true }))
).pipe(
  Effect.map((root) => {
    const place = { checkout: join(root, "check out"), scratch: join(root, "scratch") }
    for (const directory of Object.values(place)) mkdirSync(directory)
    return place
  })
)
