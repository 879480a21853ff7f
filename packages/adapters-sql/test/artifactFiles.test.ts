import { createHash } from "node:crypto"
import { existsSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Result } from "effect"
import { Artifacts } from "@devteam/core/ports/Artifacts"
import * as given from "@devteam/core/testing/given"
import { inlineBytes } from "../src/Artifacts.ts"
import { sqliteStores } from "../src/layers.ts"
import { temporaryDirectory } from "./temporary.ts"

const key = { taskId: "1.1", round: 1, kind: "stdout" }
const executionId = given.executionId()

describe("artifacts beside an embedded database", () => {
  it.live("large ones are files by hash, small ones are not, and damage is noticed", () =>
    Effect.gen(function* () {
      const dataDirectory = yield* temporaryDirectory
      const directory = join(dataDirectory, "artifacts")
      yield* Effect.gen(function* () {
        const artifacts = yield* Artifacts
        const small = new Uint8Array(inlineBytes).fill(7)
        yield* artifacts.put(executionId, { ...key, kind: "prompt" }, "public", small)
        assert.isFalse(existsSync(directory))

        const large = new Uint8Array(inlineBytes + 1).fill(7)
        const { sha256 } = yield* artifacts.put(executionId, key, "public", large)
        assert.strictEqual(sha256, createHash("sha256").update(large).digest("hex"))
        const path = join(directory, sha256.slice(0, 2), sha256.slice(2))
        assert.isTrue(existsSync(path))
        assert.deepStrictEqual(readdirSync(directory), [sha256.slice(0, 2)], "no temporary file is left")

        writeFileSync(path, large.subarray(1))
        const reason = Effect.map(Effect.result(artifacts.get(executionId, key, "public")), (result) =>
          Result.isFailure(result) ? result.failure.reason : "read"
        )
        assert.strictEqual(yield* reason, "corrupt")
        yield* artifacts.put(executionId, key, "public", large)
        assert.strictEqual(yield* reason, "read")
        rmSync(path)
        assert.strictEqual(yield* reason, "corrupt")

        using db = new DatabaseSync(join(dataDirectory, "devteam.sqlite"))
        db.exec("UPDATE artifact SET content = zeroblob(bytes) WHERE kind = 'prompt'")
        const inline = yield* Effect.result(artifacts.get(executionId, { ...key, kind: "prompt" }, "public"))
        assert(Result.isFailure(inline))
        assert.strictEqual(inline.failure.reason, "corrupt")
      }).pipe(Effect.provide(sqliteStores({ dataDirectory })))
    })
  )
})
