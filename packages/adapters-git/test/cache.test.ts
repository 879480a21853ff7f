/** The cache mends itself, is shared by processes, and never loses what was made in it. */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { readdirSync, rmSync, truncateSync, writeFileSync, mkdirSync, chmodSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Option, Ref } from "effect"
import { cacheName } from "../src/Cache.ts"
import { makeExclusiveLock } from "../src/ExclusiveLock.ts"
import { plainGit, realWorld, temporaryDirectory } from "./support/realWorld.ts"

const opened = Effect.gen(function* () {
  const world = yield* realWorld("path")
  const remote = yield* world.createRemote({ "a.txt": "a\n", "dir/b.txt": "b\n" })
  const { head } = yield* world.repository.open(remote.ref, undefined)
  return { ...world, remote, head, cache: yield* world.cacheOf }
})

const setAside = (cacheDir: string) => readdirSync(cacheDir).filter((name) => name.includes(".corrupt-"))

describe("cache", () => {
  it.effect("the directory's name can be read, and differs for every URL", () =>
    Effect.sync(() => {
      assert.match(cacheName("https://github.com/acme/shop.git"), /^github\.com-acme-shop-[0-9a-f]{12}\.git$/)
      assert.notStrictEqual(cacheName("https://a.example/x"), cacheName("https://a.example/x.git"))
      assert.match(cacheName("/"), /^repository-[0-9a-f]{12}\.git$/)
    })
  )

  const damages: Readonly<Record<string, (cache: string) => void>> = {
    "no HEAD": (cache) => rmSync(join(cache, "HEAD")),
    "another remote": (cache) =>
      writeFileSync(join(cache, "config"), '[remote "origin"]\n\turl = /elsewhere\n'),
    // The blob of "a\n": the commit is still there, so no fetch brings it back.
    "a lost object": (cache) => rmSync(join(cache, "objects/78/981922613b2afb6025042ff6bd878ac1994e85")),
    "an emptied object": (cache) => {
      const objects = join(cache, "objects")
      for (const name of readdirSync(objects, { recursive: true, withFileTypes: true })) {
        if (!name.isFile()) continue
        const file = join(name.parentPath, name.name)
        chmodSync(file, 0o644)
        truncateSync(file, 0)
      }
    },
    "a half clone": (cache) => {
      rmSync(cache, { recursive: true })
      mkdirSync(cache)
    },
    "no refs": (cache) => {
      rmSync(join(cache, "refs"), { recursive: true })
      rmSync(join(cache, "packed-refs"), { force: true })
    }
  }
  for (const [what, damage] of Object.entries(damages)) {
    it.live(`${what}: set aside and cloned anew`, () =>
      Effect.gen(function* () {
        const { cache, cacheDir, head, remote, repository } = yield* opened
        damage(cache)
        const again = yield* repository.open(remote.ref, undefined)
        assert.deepStrictEqual(again.head, head)
        assert.deepStrictEqual(yield* repository.listFiles(remote.ref, head.tree), ["a.txt", "dir/b.txt"])
        assert.strictEqual(setAside(cacheDir).length, 1)
      })
    )
  }

  it.live("damage that shows only when an object is read is mended at the next use", () =>
    Effect.gen(function* () {
      const { cache, cacheDir, head, remote, repository } = yield* opened
      const object = join(cache, "objects/78/981922613b2afb6025042ff6bd878ac1994e85")
      chmodSync(object, 0o644)
      writeFileSync(object, "garbage")
      const error = yield* Effect.flip(repository.readFile(remote.ref, head.tree, "a.txt"))
      assert.isTrue(error.retryable)
      assert.isTrue(Option.isSome(yield* repository.readFile(remote.ref, head.tree, "a.txt")))
      assert.strictEqual(setAside(cacheDir).length, 1)
    })
  )

  it.live("a lock file that a dead fetch left is no obstacle", () =>
    Effect.gen(function* () {
      const { cache, cacheDir, remote, repository } = yield* opened
      writeFileSync(join(cache, "refs/heads/main.lock"), "")
      writeFileSync(join(cache, "packed-refs.lock"), "")
      const pushed = yield* remote.commit("main", { "c.txt": "c\n" })
      assert.strictEqual((yield* repository.fetchHead(remote.ref, "main")).commit, pushed)
      assert.deepStrictEqual(setAside(cacheDir), [])
    })
  )

  it.live("a branch that became a directory of branches is followed", () =>
    Effect.gen(function* () {
      const { remote, repository, head } = yield* opened
      yield* remote.setRef("refs/heads/topic", head.commit)
      yield* repository.fetchHead(remote.ref, "topic")
      yield* remote.setRef("refs/heads/topic", undefined)
      yield* remote.setRef("refs/heads/topic/one", head.commit)
      assert.strictEqual((yield* repository.fetchHead(remote.ref, "topic/one")).commit, head.commit)
    })
  )

  it.live("a clone that fails leaves a damaged cache as it was", () =>
    Effect.gen(function* () {
      const { cache, cacheDir, remote, repository } = yield* opened
      rmSync(join(cache, "HEAD"))
      rmSync(remote.bare, { recursive: true })
      assert.strictEqual((yield* Effect.flip(repository.open(remote.ref, undefined))).reason, "not_found")
      assert.deepStrictEqual(setAside(cacheDir), [])
      assert.include(readdirSync(cacheDir).join(), ".git")
    })
  )

  it.live("objects made here outlive fetches and the remote's own collection", () =>
    Effect.gen(function* () {
      const { head, remote, repository } = yield* opened
      const tree = yield* repository.withFile(remote.ref, head.tree, "mine.txt", Buffer.from("mine\n"))
      yield* remote.commit("main", { "c.txt": "c\n" })
      yield* plainGit(["--git-dir", remote.bare, "gc", "--quiet", "--prune=now"])
      yield* repository.fetchHead(remote.ref, "main")
      assert.deepStrictEqual(yield* repository.changedPaths(remote.ref, head.tree, tree), ["mine.txt"])
    })
  )

  it.live("many fibers open one repository at once", () =>
    Effect.gen(function* () {
      const world = yield* realWorld("path")
      const remote = yield* world.createRemote({ "a.txt": "a\n" })
      const heads = yield* Effect.forEach(
        Array.from({ length: 8 }),
        () => Effect.map(world.repository.open(remote.ref, undefined), ({ head }) => head.commit),
        { concurrency: "unbounded" }
      )
      assert.strictEqual(new Set(heads).size, 1)
      yield* world.cacheOf
    })
  )

  it.live("default branch: the remote's HEAD, also when it is not main; none where HEAD dangles", () =>
    Effect.gen(function* () {
      const { head, remote, repository } = yield* opened
      yield* remote.setRef("refs/heads/trunk", head.commit)
      yield* plainGit(["--git-dir", remote.bare, "symbolic-ref", "HEAD", "refs/heads/trunk"])
      assert.strictEqual((yield* repository.open(remote.ref, undefined)).target, "trunk")
      yield* plainGit(["--git-dir", remote.bare, "symbolic-ref", "HEAD", "refs/heads/gone"])
      const error = yield* Effect.flip(repository.open(remote.ref, undefined))
      assert.strictEqual(error.reason, "not_found")
      assert.include(error.message, "main, trunk")
    })
  )

  it.live("sha256 repositories work", () =>
    Effect.gen(function* () {
      const world = yield* realWorld("path")
      const remote = yield* world.createRemote(undefined)
      rmSync(remote.bare, { recursive: true })
      yield* plainGit(["init", "--quiet", "--bare", "-b", "main", "--object-format=sha256", remote.bare])
      yield* remote.commit("main", { "a.txt": "a\n" })
      const { head } = yield* world.repository.open(remote.ref, undefined)
      assert.strictEqual(head.commit.length, 64)
      const directory = yield* world.newDirectory
      yield* world.repository.checkout(remote.ref, head.tree, directory)
      assert.strictEqual(yield* plainGit(["status", "--porcelain"], { cwd: directory }), "")
      yield* world.edit(directory, { "a.txt": null, "b.txt": "b\n" })
      const capture = yield* world.repository.capture(remote.ref, { base: head.tree, directory, undo: [] })
      assert.deepStrictEqual(capture.filesModified, ["a.txt", "b.txt"])
    })
  )
})

describe("exclusive lock", () => {
  it.live("another process's lock is waited for, and ends with that process", () =>
    Effect.gen(function* () {
      const file = join(yield* temporaryDirectory, "x.lock")
      const holder = fileURLToPath(new URL("support/holdLock.ts", import.meta.url))
      const child = yield* Effect.acquireRelease(
        Effect.sync(() =>
          spawn(process.execPath, ["--conditions=devteam-source", holder, file], {
            stdio: ["ignore", "pipe", "inherit"]
          })
        ),
        (process) => Effect.sync(() => process.kill("SIGKILL"))
      )
      yield* Effect.promise(() => once(child.stdout, "data"))
      const entered = yield* Ref.make(false)
      const waiting = yield* Effect.forkChild(makeExclusiveLock().withLock(file)(Ref.set(entered, true)))
      yield* Effect.sleep(100)
      assert.isFalse(yield* Ref.get(entered))
      child.kill("SIGKILL")
      yield* Fiber.join(waiting)
      assert.isTrue(yield* Ref.get(entered))
    })
  )

  it.live("fibers take turns, and an interrupted one gives it back", () =>
    Effect.gen(function* () {
      const file = join(yield* temporaryDirectory, "x.lock")
      const lock = makeExclusiveLock()
      const inside = yield* Deferred.make<void>()
      const holder = yield* Effect.forkChild(
        lock.withLock(file)(Effect.andThen(Deferred.succeed(inside, undefined), Effect.never))
      )
      yield* Deferred.await(inside)
      const waiting = yield* Effect.forkChild(lock.withLock(file)(Effect.succeed("mine")))
      yield* Fiber.interrupt(holder)
      assert.strictEqual(yield* Fiber.join(waiting), "mine")
    })
  )
})
