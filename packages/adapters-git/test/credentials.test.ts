/** The password reaches the server and nothing else: no argument list, no file, no message. */
import { readdirSync, readFileSync } from "node:fs"
import { readdir, readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { ProjectId } from "@devteam/core/model/Ids"
import { DeliveryRemote } from "@devteam/core/ports/DeliveryRemote"
import { Repository } from "@devteam/core/ports/Repository"
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Fiber, Layer, Option, Redacted } from "effect"
import { credentialFill } from "../src/credentialFill.ts"
import { layer } from "../src/GitLayer.ts"
import { setHook } from "./support/GitHttpServer.ts"
import { canary, realWorld, temporaryDirectory } from "./support/realWorld.ts"

const encoded = encodeURIComponent(canary)
const mentions = (text: string): boolean => text.includes(canary) || text.includes(encoded)

/** The argument lists of every process of this machine. */
const argumentLists = (): ReadonlyArray<string> =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        return [readFileSync(`/proc/${pid}/cmdline`, "utf8")]
      } catch {
        return []
      }
    })

const gitWith = (root: string, password: Option.Option<string>) =>
  Effect.map(
    Layer.build(
      layer({
        cacheDir: join(root, "other-cache"),
        protocols: ["http"],
        credentials: () =>
          Effect.succeed(Option.map(password, (text) => ({ username: "ada", password: Redacted.make(text) })))
      })
    ),
    (context) => ({
      repository: Context.get(context, Repository),
      delivery: Context.get(context, DeliveryRemote)
    })
  )

describe("credentials", () => {
  it.live("a password in the URL is used, and then is nowhere", () =>
    Effect.gen(function* () {
      const world = yield* realWorld("http")
      const remote = yield* world.createRemote({ "a.txt": "a\n" })
      const url = remote.ref.url.replace("http://", `http://ada:${encoded}@`)
      const { delivery, repository } = yield* gitWith(world.root, Option.none())
      const ref = { projectId: ProjectId.make("acme/shop"), url }

      // The push waits in a hook until the argument lists were read.
      const gate = join(world.root, "gate")
      const waiting = join(world.root, "waiting")
      const hook = `touch '${waiting}'\nwhile [ ! -e '${gate}' ]; do sleep 0.01; done`
      yield* repository.open(ref, undefined)
      yield* Effect.promise(() => setHook(remote.bare, "pre-receive", hook))
      const fiber = yield* Effect.forkChild(delivery.probe(ref, "main"))
      const seen = yield* Effect.promise(async () => {
        const lists = new Set<string>()
        for (let isHeld = false; ;) {
          for (const list of argumentLists()) lists.add(list)
          if (isHeld) return [...lists]
          isHeld = (await readdir(world.root)).includes("waiting")
          if (!isHeld) await new Promise((resolve) => setTimeout(resolve, 5))
        }
      })
      assert.isTrue(
        seen.some((line) => line.includes("push") && line.includes("shop-1.git")),
        "the push was seen"
      )
      assert.isFalse(seen.some(mentions))
      yield* Effect.promise(() => writeFile(gate, ""))
      const capabilities = yield* Fiber.join(fiber)
      assert.strictEqual(capabilities.fence, "custom_ref")

      const cache = join(world.root, "other-cache")
      const files = yield* Effect.promise(() => readdir(cache, { recursive: true, withFileTypes: true }))
      for (const entry of files) {
        assert.isFalse(mentions(entry.name))
        if (!entry.isFile()) continue
        const text = yield* Effect.promise(() => readFile(join(entry.parentPath, entry.name), "latin1"))
        assert.isFalse(mentions(text), entry.name)
      }
    })
  )

  it.live("a wrong or a missing password is an auth error without the password in it", () =>
    Effect.gen(function* () {
      const world = yield* realWorld("http")
      const remote = yield* world.createRemote({ "a.txt": "a\n" })
      for (const password of [Option.some("wr0ng-c4n4ry"), Option.none()]) {
        const { repository } = yield* gitWith(world.root, password)
        const error = yield* Effect.flip(repository.open(remote.ref, undefined))
        assert.strictEqual(error.reason, "auth")
        assert.isFalse(error.retryable)
        assert.notInclude(error.message, "wr0ng")
      }
      const { repository } = yield* gitWith(world.root, Option.none())
      const url = remote.ref.url.replace("http://", "http://ada:wr0ng-c4n4ry@")
      const error = yield* Effect.flip(repository.open({ ...remote.ref, url }, undefined))
      assert.strictEqual(error.reason, "auth")
      assert.notInclude(error.message, "wr0ng")
    })
  )

  it.live("credentials that stop working make a refused push, not an unknown one", () =>
    Effect.gen(function* () {
      const world = yield* realWorld("http")
      const remote = yield* world.createRemote({ "a.txt": "a\n" })
      if (world.server === undefined) throw new Error("no server")
      yield* world.repository.open(remote.ref, "main")
      world.server.intercept = (request, response) => {
        if (request.url?.includes("git-receive-pack") !== true) return false
        response.writeHead(403).end("no\n")
        return true
      }
      const error = yield* Effect.flip(world.delivery.probe(remote.ref, "main"))
      assert.strictEqual(error.reason, "auth")
    })
  )

  it.live("ssh gets the user's home and agent, and asks nothing", () =>
    Effect.gen(function* () {
      const root = yield* temporaryDirectory
      const record = join(root, "record")
      const script = `#!/bin/sh\n{ echo "$HOME $SSH_AUTH_SOCK"; echo "$@"; } > '${record}'\necho 'x@y: Permission denied (publickey).' >&2\nexit 255\n`
      const { PATH, SSH_AUTH_SOCK } = process.env
      const error = yield* Effect.acquireUseRelease(
        Effect.promise(async () => {
          await writeFile(join(root, "ssh"), script, { mode: 0o755 })
          process.env["PATH"] = `${root}:${PATH}`
          process.env["SSH_AUTH_SOCK"] = "/run/agent"
        }),
        () =>
          Layer.build(layer({ cacheDir: join(root, "cache") })).pipe(
            Effect.map((context) => Context.get(context, Repository)),
            Effect.flatMap((repository) =>
              Effect.flip(
                repository.open(
                  { projectId: ProjectId.make("x"), url: "git@example.com:acme/shop.git" },
                  undefined
                )
              )
            )
          ),
        () =>
          Effect.sync(() => {
            process.env["PATH"] = PATH
            if (SSH_AUTH_SOCK === undefined) delete process.env["SSH_AUTH_SOCK"]
            else process.env["SSH_AUTH_SOCK"] = SSH_AUTH_SOCK
          })
      )
      assert.strictEqual(error.reason, "auth")
      const [environment = "", args = ""] = (yield* Effect.promise(() => readFile(record, "utf8"))).split(
        "\n"
      )
      assert.strictEqual(environment, `${process.env["HOME"]} /run/agent`)
      assert.include(args, "BatchMode=yes")
      assert.include(args, "git@example.com")
    })
  )

  it.live("not found and unreachable are told apart", () =>
    Effect.gen(function* () {
      const world = yield* realWorld("http")
      const remote = yield* world.createRemote({ "a.txt": "a\n" })
      const nowhere = yield* Effect.flip(
        world.repository.open({ ...remote.ref, url: remote.ref.url.replace("shop-1", "shop-9") }, undefined)
      )
      assert.strictEqual(nowhere.reason, "not_found")
      const { server } = world
      if (server === undefined) throw new Error("no server")
      yield* Effect.promise(() => server.close())
      const gone = yield* Effect.flip(world.repository.open(remote.ref, undefined))
      assert.strictEqual(gone.reason, "unreachable")
      assert.isTrue(gone.retryable)
    })
  )

  it.live("git credential fill answers from the user's own helper, and never prompts", () =>
    Effect.gen(function* () {
      const home = yield* temporaryDirectory
      const helper = '!f() { test "$1" = get && echo username=ada && echo password=from-helper; }; f'
      const before = process.env["GIT_CONFIG_GLOBAL"]
      const ask = (config: string) =>
        Effect.acquireUseRelease(
          Effect.promise(async () => {
            await writeFile(join(home, "gitconfig"), config)
            process.env["GIT_CONFIG_GLOBAL"] = join(home, "gitconfig")
          }),
          () => credentialFill("https://git.example.com/acme/shop.git"),
          () =>
            Effect.sync(() => {
              if (before === undefined) delete process.env["GIT_CONFIG_GLOBAL"]
              else process.env["GIT_CONFIG_GLOBAL"] = before
            })
        )
      const found = yield* ask(`[credential]\n\thelper = "${helper.replaceAll('"', '\\"')}"\n`)
      assert.strictEqual(Option.getOrThrow(found).username, "ada")
      assert.strictEqual(Redacted.value(Option.getOrThrow(found).password), "from-helper")
      assert.isTrue(Option.isNone(yield* ask("")))
      assert.isTrue(Option.isNone(yield* credentialFill("/srv/shop.git")))
    })
  )
})
