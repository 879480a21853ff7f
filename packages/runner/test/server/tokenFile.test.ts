/** The token's file: made once, private, and never half of it. */
import { afterAll, assert, describe, it } from "@effect/vitest"
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect, Redacted } from "effect"
import { hostNames, isLoopback } from "../../src/server/hostNames.ts"
import { ensureToken, readToken, tokenFile } from "../../src/server/tokenFile.ts"

const top = mkdtempSync(join(tmpdir(), "devteam-token-"))
afterAll(() => rmSync(top, { recursive: true, force: true }))
let count = 0
const fresh = () => join(top, `data-${(count += 1)}`)

describe("the token", () => {
  it.effect("is made once, 256 bits, for its owner alone", () =>
    Effect.gen(function* () {
      const data = fresh()
      const token = Redacted.value(yield* ensureToken(data))
      assert.lengthOf(Buffer.from(token, "base64url"), 32)
      assert.strictEqual(statSync(tokenFile(data)).mode & 0o777, 0o600)
      assert.strictEqual(statSync(data).mode & 0o777, 0o700)
      assert.strictEqual(Redacted.value(yield* ensureToken(data)), token)
      const read = yield* readToken(data)
      assert.strictEqual(read === undefined ? "" : Redacted.value(read), token)
      assert.notStrictEqual(Redacted.value(yield* ensureToken(fresh())), token)
      assert.notInclude(JSON.stringify(yield* ensureToken(data)), token)
    })
  )

  it.effect("is the same for servers that start together", () =>
    Effect.gen(function* () {
      const data = fresh()
      const tokens = yield* Effect.all(
        Array.from({ length: 10 }, () => ensureToken(data)),
        { concurrency: "unbounded" }
      )
      assert.strictEqual(new Set(tokens.map(Redacted.value)).size, 1)
    })
  )

  it.effect("is not used where others can read it, or where there is none in the file", () =>
    Effect.gen(function* () {
      const data = fresh()
      assert.isUndefined(yield* readToken(data))
      yield* ensureToken(data)
      chmodSync(tokenFile(data), 0o640)
      assert.match((yield* Effect.flip(ensureToken(data))).message, /may be read by others\. Remove it/)
      assert.match((yield* Effect.flip(readToken(data))).message, /may be read by others/)
      chmodSync(tokenFile(data), 0o600)
      writeFileSync(tokenFile(data), "\n")
      assert.match((yield* Effect.flip(ensureToken(data))).message, /holds no token/)
      assert.strictEqual(readFileSync(tokenFile(data), "utf8"), "\n")
    })
  )
})

describe("the names of a server", () => {
  it("are the loopback's, the one that it listens on, and those that the operator adds", () => {
    assert.sameMembers([...hostNames("127.0.0.1", [])], ["localhost", "127.0.0.1", "[::1]"])
    assert.isTrue(hostNames("10.0.0.7", ["Runner.Example"]).has("runner.example"))
    assert.isTrue(hostNames("10.0.0.7", []).has("10.0.0.7"))
    assert.isTrue(hostNames("fe80::1", []).has("[fe80::1]"))
    assert.isFalse(hostNames("0.0.0.0", []).has("evil.example"))
    assert.isAbove(hostNames("0.0.0.0", []).size, 3)
  })

  it("know what only this machine reaches", () => {
    for (const host of ["localhost", "127.0.0.1", "127.1.2.3", "::1"]) assert.isTrue(isLoopback(host), host)
    for (const host of ["0.0.0.0", "::", "10.0.0.1", "127.evil.example", "localhost.evil"])
      assert.isFalse(isLoopback(host), host)
  })
})
