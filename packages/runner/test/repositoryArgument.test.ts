/**
 * What a person's words for a repository come to.
 */
import { afterAll, assert, describe, it } from "@effect/vitest"
import { resolveRepository } from "@devteam/runner/repositoryArgument"
import { userIdentity } from "@devteam/runner/userIdentity"
import type { Delivery } from "@devteam/core/model/Settings"
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
const reasonOf = (argument: string, cwd: string, delivery?: Delivery) =>
  Effect.map(Effect.flip(resolveRepository(argument, cwd, delivery)), ({ reason }) => reason)

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

  it.effect(
    "is the work tree's own where there is no origin, and where nothing is to leave this machine",
    () =>
      Effect.gen(function* () {
        git(directory, "init", "--quiet", "--initial-branch=trunk", "lonely")
        const lonely = join(directory, "lonely")
        const alone = yield* resolveRepository(".", lonely)
        assert.strictEqual(alone.url, join(lonely, ".git"))
        assert.match(alone.projectId, /^local\/lonely-[0-9a-f]{6}$/)
        assert.deepStrictEqual(alone.workTree, { directory: lonely, branch: "trunk" })
        git(lonely, "commit", "--quiet", "--allow-empty", "--message", "Begin")
        git(lonely, "worktree", "add", "--quiet", "-b", "side", join(directory, "side"))
        const side = yield* resolveRepository(join(directory, "side"), "/")
        assert.strictEqual(side.url, alone.url)
        assert.strictEqual(side.projectId, alone.projectId)
        assert.strictEqual(side.workTree?.branch, "side")
        git(lonely, "checkout", "--quiet", "--detach")
        assert.deepStrictEqual((yield* resolveRepository(lonely, "/")).workTree, {
          directory: lonely,
          branch: undefined
        })
        const cloned = yield* resolveRepository("sub", clone, "local")
        assert.strictEqual(cloned.url, join(clone, ".git"))
        assert.strictEqual(cloned.workTree?.branch, "main")
        assert.strictEqual((yield* resolveRepository(remote, "/", "local")).url, remote)
      })
  )

  it.effect("is refused with what to do", () =>
    Effect.gen(function* () {
      mkdirSync(join(directory, "plain"))
      git(directory, "init", "--quiet", "alone")
      assert.strictEqual(yield* reasonOf("./nowhere", directory), "not_found")
      assert.strictEqual(yield* reasonOf("plain", directory), "not_found")
      assert.strictEqual(yield* reasonOf("alone", directory, "main"), "no_origin")
      assert.strictEqual(yield* reasonOf("alone", directory, "branch"), "no_origin")
      assert.strictEqual(yield* reasonOf("https://example.com/a/b.git", directory, "local"), "not_local")
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
