/** Nobody's left-overs stay for ever: a killed process's directory goes with the next start. */
import { spawnSync } from "node:child_process"
import { existsSync, mkdtempSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { temporaryDirectory } from "../src/temporaryDirectory.ts"

it.effect("removes directories of dead processes, and leaves those of living ones", () =>
  Effect.gen(function* () {
    const dead = spawnSync("true").pid
    const left = mkdtempSync(join(tmpdir(), `devteam-git-${dead}-`))
    const own = yield* Effect.scoped(
      Effect.gen(function* () {
        const first = yield* temporaryDirectory
        assert.isFalse(existsSync(left))
        const second = yield* temporaryDirectory
        assert.isTrue(existsSync(first))
        assert.notStrictEqual(first, second)
        return first
      })
    )
    assert.isFalse(existsSync(own))
  })
)
