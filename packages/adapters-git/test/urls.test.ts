/** URLs: what they become, what they carry, and the project ids made from them. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Option, Redacted } from "effect"
import { parseRemoteUrl } from "../src/RemoteUrl.ts"
import { defaultProjectId } from "../src/repositoryId.ts"

const all = ["https", "ssh", "http", "file"] as const

describe("parseRemoteUrl", () => {
  const kept: ReadonlyArray<readonly [string, string, string]> = [
    ["https://github.com/acme/shop.git", "https", "https://github.com/acme/shop.git"],
    ["https://ada:p%40ss@github.com/acme/shop.git", "https", "https://github.com/acme/shop.git"],
    ["ssh://git@example.com:2222/acme/shop.git", "ssh", "ssh://git@example.com:2222/acme/shop.git"],
    ["ssh://git:secret@example.com/shop", "ssh", "ssh://git@example.com/shop"],
    ["git@github.com:acme/shop.git", "ssh", "git@github.com:acme/shop.git"],
    ["http://127.0.0.1:8080/shop.git", "http", "http://127.0.0.1:8080/shop.git"],
    ["file:///srv/shop.git", "file", "/srv/shop.git"],
    ["/srv/with space/shop", "file", "/srv/with space/shop"]
  ]
  for (const [url, protocol, clean] of kept) {
    it.effect(url, () =>
      Effect.gen(function* () {
        const parsed = yield* parseRemoteUrl(url, all)
        assert.strictEqual(parsed.protocol, protocol)
        assert.strictEqual(parsed.clean, clean)
      })
    )
  }

  it.effect("takes user and password out, decoded", () =>
    Effect.gen(function* () {
      const { embedded } = yield* parseRemoteUrl("https://ada:p%40ss%2F@github.com/acme/shop", all)
      const credential = Option.getOrThrow(embedded)
      assert.strictEqual(credential.username, "ada")
      assert.strictEqual(Redacted.value(credential.password), "p@ss/")
    })
  )
})

describe("defaultProjectId", () => {
  const ids: ReadonlyArray<readonly [string, string]> = [
    ["https://github.com/Acme/Shop.git", "acme/shop"],
    ["https://gitlab.com/group/sub/My%20Shop/", "sub/my-20shop"],
    ["git@github.com:Acme/shop.git", "acme/shop"],
    ["ssh://git@example.com:2222/acme/shop.git", "acme/shop"],
    ["https://example.com/shop", "shop"]
  ]
  for (const [url, id] of ids) it(`${url} is ${id}`, () => assert.strictEqual(defaultProjectId(url), id))

  it("a path is local, with a hash that tells equal folders apart", () => {
    assert.match(defaultProjectId("/home/ada/Shop"), /^local\/shop-[0-9a-f]{6}$/)
    assert.strictEqual(defaultProjectId("/home/ada/Shop"), defaultProjectId("/home/ada/Shop/"))
    assert.strictEqual(defaultProjectId("/home/ada/Shop"), defaultProjectId("file:///home/ada/Shop"))
    assert.notStrictEqual(defaultProjectId("/a/shop"), defaultProjectId("/b/shop"))
    assert.match(defaultProjectId("/"), /^local\/repository-[0-9a-f]{6}$/)
  })
})
