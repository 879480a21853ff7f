/**
 * What every artifact store has to do: give back exactly the bytes, small and large, and keep the two visibilities
 * apart.
 *
 * The suite shares one store; every test has an execution of its own.
 */
import { assert, layer } from "@effect/vitest"
import { Effect, type Layer, Option } from "effect"
import { Artifacts } from "../../ports/Artifacts.ts"
import * as given from "../given.ts"

const ids = given.uniqueIds("artifacts")
const key = { taskId: "1.1", round: 1, kind: "stdout" }
const bytes = (length: number, salt = 0) =>
  Uint8Array.from({ length }, (_, index) => (index * 7 + salt) % 256)

/** Registers the suite for one adapter. */
export const artifactsContract = <E>(name: string, stores: Layer.Layer<Artifacts, E>): void => {
  layer(stores, { excludeTestServices: true })(`Artifacts contract: ${name}`, (it) => {
    for (const length of [0, 1, 256, 64 * 1024, 64 * 1024 + 1, 3_000_000]) {
      it.effect(`gives ${length} bytes back`, () =>
        Effect.gen(function* () {
          const artifacts = yield* Artifacts
          const { executionId } = ids()
          const stored = yield* artifacts.put(executionId, key, "public", bytes(length))
          assert.deepInclude(stored, { key, visibility: "public", bytes: length })
          assert.match(stored.sha256, /^[0-9a-f]{64}$/)
          const found = yield* artifacts.get(executionId, key, "public")
          assert(Option.isSome(found))
          const expected = bytes(length)
          assert.strictEqual(found.value.length, length)
          assert.isTrue(found.value.every((byte, index) => byte === expected[index]))
        })
      )
    }

    it.effect("the same key again replaces, also a large one by a small one", () =>
      Effect.gen(function* () {
        const artifacts = yield* Artifacts
        const { executionId } = ids()
        for (const length of [10, 100_000, 20]) {
          const { sha256 } = yield* artifacts.put(executionId, key, "private", bytes(length, length))
          const found = yield* artifacts.get(executionId, key, "private")
          assert.strictEqual(Option.getOrThrow(found).length, length)
          assert.strictEqual(
            (yield* artifacts.put(executionId, key, "private", bytes(length, length))).sha256,
            sha256
          )
        }
      })
    )

    it.effect("private bytes are never found as public ones, nor listed", () =>
      Effect.gen(function* () {
        const artifacts = yield* Artifacts
        const { executionId } = ids()
        yield* artifacts.put(executionId, key, "private", bytes(5))
        assert.deepStrictEqual(yield* artifacts.get(executionId, key, "public"), Option.none())
        assert.deepStrictEqual(yield* artifacts.list(executionId), [])
        yield* artifacts.put(executionId, key, "public", bytes(6))
        assert.strictEqual(Option.getOrThrow(yield* artifacts.get(executionId, key, "private")).length, 5)
        assert.strictEqual(Option.getOrThrow(yield* artifacts.get(executionId, key, "public")).length, 6)
      })
    )

    it.effect("lists an execution's own, by task, round and kind", () =>
      Effect.gen(function* () {
        const artifacts = yield* Artifacts
        const { executionId } = ids()
        const keys = [
          { taskId: "1.1", round: 1, kind: "diff" },
          { taskId: "1.1", round: 1, kind: "prompt" },
          { taskId: "1.1", round: 2, kind: "diff" },
          { taskId: "1.1", round: 10, kind: "diff" },
          { taskId: "B", round: 1, kind: "diff" },
          { taskId: "a", round: 1, kind: "diff" }
        ]
        for (const one of [...keys].reverse()) yield* artifacts.put(executionId, one, "public", bytes(3))
        yield* artifacts.put(ids().executionId, key, "public", bytes(3))
        const listed = yield* artifacts.list(executionId)
        assert.deepStrictEqual(
          listed.map((one) => one.key),
          keys
        )
      })
    )

    it.effect("finds nothing where nothing is", () =>
      Effect.gen(function* () {
        const artifacts = yield* Artifacts
        const { executionId } = ids()
        assert.deepStrictEqual(yield* artifacts.get(executionId, key, "public"), Option.none())
        assert.deepStrictEqual(yield* artifacts.list(executionId), [])
      })
    )
  })
}
