/**
 * What a person's words for a repository come to.
 */
import { afterAll, assert, describe, it } from "@effect/vitest"
import { resolveRepository } from "@devteam/runner/repositoryArgument"
import { userIdentity } from "@devteam/runner/userIdentity"
import { Effect, Option, Redacted } from "effect"
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { git } from "../../../test/support/bareRemote.ts"
import { makeSample } from "../../../test/support/sampleRepository.ts"

const { directory, remote, dispose } = makeSample()
afterAll(dispose)

const clone = join(directory, "clone")
git(directory, "clone", "--quiet", remote, clone)
mkdirSync(join(clone, "sub"))
const origin = (url: string) => git(clone, "remote", "set-url", "origin", url)
const reasonOf = (argument: string, cwd: string) =>
  Effect.map(Effect.flip(resolveRepository(argument, cwd)), ({ reason }) => reason)

describe("a repository by name", () => {
  it.effect("is a bare repository, or the origin of the work tree that a path lies in", () =>
    Effect.gen(function* () {
      const urls = [
        yield* resolveRepository(remote, "/"),
        yield* resolveRepository("remote.git", directory),
        yield* resolveRepository(`file://${remote}`, "/"),
        yield* resolveRepository(".", join(clone, "sub"))
      ].map(({ url }) => url)
      assert.deepStrictEqual(urls, [remote, remote, remote, remote])
      origin("../remote.git")
      const { url, projectId } = yield* resolveRepository("sub", clone)
      assert.strictEqual(url, remote)
      assert.match(projectId, /^local\/remote-[0-9a-f]{6}$/)
      origin("git@example.com:Acme/Shop.git")
      const ssh = yield* resolveRepository(clone, "/")
      assert.strictEqual(ssh.url, "git@example.com:Acme/Shop.git")
      assert.strictEqual(String(ssh.projectId), "acme/shop")
    })
  )

  it.effect("gives up the password in a URL, and keeps it as credential and secret", () =>
    Effect.gen(function* () {
      const found = yield* resolveRepository("https://me:s3cret-word@example.com/acme/shop.git", "/")
      assert.strictEqual(found.url, "https://example.com/acme/shop.git")
      assert.deepStrictEqual(
        found.secrets.map(({ value }) => value),
        ["s3cret-word"]
      )
      const credential = yield* found.credentials(found.url)
      assert.strictEqual(
        Option.getOrUndefined(Option.map(credential, ({ password }) => Redacted.value(password))),
        "s3cret-word"
      )
    })
  )

  it.effect("is refused with what to do", () =>
    Effect.gen(function* () {
      mkdirSync(join(directory, "plain"))
      git(directory, "init", "--quiet", "lonely")
      assert.strictEqual(yield* reasonOf("./nowhere", directory), "not_found")
      assert.strictEqual(yield* reasonOf("plain", directory), "not_found")
      assert.strictEqual(yield* reasonOf("lonely", directory), "no_origin")
      assert.strictEqual(yield* reasonOf("http://example.com/a.git", directory), "forbidden")
      assert.strictEqual(yield* reasonOf("ext::sh -c id", directory), "forbidden")
    })
  )
})

describe("the author of commits", () => {
  it.effect("is the environment's, else the configuration's", () =>
    Effect.gen(function* () {
      git(clone, "config", "user.name", "From Config")
      git(clone, "config", "user.email", "config@example.com")
      assert.deepStrictEqual(yield* userIdentity(clone, {}), {
        name: "From Config",
        email: "config@example.com"
      })
      const own = yield* userIdentity(clone, { GIT_AUTHOR_NAME: "Own" })
      assert.deepStrictEqual(own, { name: "Own", email: "config@example.com" })
    })
  )
})
