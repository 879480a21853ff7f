/**
 * A folder that lives as long as a scope.
 */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect, Layer } from "effect"
import { sqliteStores } from "../src/layers.ts"

/** Makes the folder; removes it with what is in it. */
export const temporaryDirectory = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "devteam-sql-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

/** Stores in a new folder. */
export const temporaryStores = Layer.unwrap(
  Effect.map(temporaryDirectory, (dataDirectory) => sqliteStores({ dataDirectory }))
)
