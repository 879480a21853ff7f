/** Which repositories a server takes. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Result } from "effect"
import { makeRepositoryPolicy } from "../../src/server/repositoryPolicy.ts"

const policyOf = (...allowed: ReadonlyArray<string>) => makeRepositoryPolicy(allowed)

const allows = Effect.fnUntraced(function* (allowed: string, url: string) {
  const policy = yield* policyOf(allowed)
  const read = yield* Effect.result(policy.readRepository(url))
  return Result.isSuccess(read) && policy.allowsRepository(read.success.url)
})

describe("the list of repositories", () => {
  for (const [allowed, url] of [
    ["https://github.com/acme/shop.git", "https://github.com/acme/shop.git"],
    ["https://github.com/acme/shop", "https://github.com/acme/shop.git"],
    ["https://github.com/acme/shop.git", "https://github.com/acme/shop/"],
    ["https://github.com/acme/*", "https://github.com/acme/shop.git"],
    ["https://github.com/*", "https://github.com/acme/shop.git"],
    ["https://GitHub.com/acme/*", "https://github.com/acme/shop"],
    ["git@github.com:acme/shop.git", "git@github.com:acme/shop.git"],
    ["git@github.com:acme/*", "git@github.com:acme/shop.git"],
    ["ssh://git@host/acme/*", "ssh://git@host/acme/shop"],
    ["/srv/git/*", "/srv/git/shop.git"],
    ["/srv/git/shop.git", "file:///srv/git/shop.git"],
    ["http://127.0.0.1:3000/*", "http://127.0.0.1:3000/shop.git"]
  ] as const) {
    it.effect(`${allowed} allows ${url}`, () =>
      Effect.map(allows(allowed, url), (allowed) => assert.isTrue(allowed))
    )
  }

  for (const [allowed, url] of [
    ["https://github.com/acme/shop.git", "https://github.com/acme/shop2.git"],
    ["https://github.com/acme/*", "https://github.com/acmeevil/shop.git"],
    ["https://github.com/acme/*", "https://github.com/acme/../other/shop.git"],
    ["https://github.com/acme/*", "https://github.com/acme"],
    ["https://github.com/*", "https://github.com.evil.example/acme/shop.git"],
    ["https://github.com/*", "https://github.com@evil.example/acme/shop.git"],
    ["https://github.com/*", "http://github.com/acme/shop.git"],
    ["https://github.com/acme/*", "git@github.com:acme/shop.git"],
    ["git@github.com:acme/*", "git@github.com:acme/../other/shop.git"],
    ["/srv/git/*", "/srv/git/../secret.git"],
    ["/srv/git/*", "/srv/git/a/../../secret.git"],
    ["/srv/git/*", "file:///srv/git/%2e%2e/secret.git"],
    ["/srv/git/*", "srv/git/shop.git"],
    ["https://github.com/*", "/srv/git/shop.git"],
    ["https://github.com/*", "ext::sh -c x"],
    ["https://github.com/*", "-u https://github.com/acme/shop"],
    ["https://github.com/*", "https://user:password@github.com/acme/shop.git"],
    ["https://github.com/*", "https://github.com/acme/shop.git\n--upload-pack=x"]
  ] as const) {
    it.effect(`${allowed} does not allow ${JSON.stringify(url)}`, () =>
      Effect.map(allows(allowed, url), (allowed) => assert.isFalse(allowed))
    )
  }

  it.effect("git gets the transports that the list needs, and no others", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual((yield* policyOf()).protocols, ["https", "ssh"])
      assert.deepStrictEqual((yield* policyOf("/srv/git/*")).protocols, ["https", "ssh", "file"])
    })
  )

  it.effect("a URL with a password is refused, and the refusal does not repeat it", () =>
    Effect.gen(function* () {
      const policy = yield* policyOf("https://github.com/*")
      const error = yield* Effect.flip(
        policy.readRepository("https://user:hunter2222@github.com/acme/shop.git")
      )
      assert.strictEqual(error.reason, "has_credentials")
      assert.notInclude(error.message, "hunter2222")
    })
  )

  it.effect("an entry that is no URL is named", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(policyOf("https://github.com/*", "ext::x"))
      assert.match(error.message, /^ext::x: /)
    })
  )
})
