/**
 * Nothing that a repository, a checkout, a URL or the environment says makes host-side git run a program.
 *
 * Each trap writes a file when it is sprung; the controls show that plain git springs it.
 */
import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { ProjectId } from "@devteam/core/model/Ids"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { parseRemoteUrl } from "../src/RemoteUrl.ts"
import { plainGit, realWorld } from "./support/realWorld.ts"

/** Fills a checkout with everything that git would run if it believed the checkout's own configuration. */
const setTraps = (directory: string, sprung: string): void => {
  const script = join(directory, "trap.sh")
  writeFileSync(script, `#!/bin/sh\ntouch '${sprung}'\ncat\n`)
  chmodSync(script, 0o755)
  writeFileSync(
    join(directory, ".git/config"),
    [
      "[core]",
      "\trepositoryformatversion = 0",
      `\tfsmonitor = ${script}`,
      `\tpager = ${script}`,
      `\tsshCommand = ${script}`,
      `\thooksPath = ${join(directory, "hooks")}`,
      `[diff]\n\texternal = ${script}`,
      `[filter "evil"]\n\tclean = ${script}\n\tsmudge = ${script}\n\tprocess = ${script}\n\trequired = true`,
      `[diff "evil"]\n\ttextconv = ${script}\n\tcommand = ${script}`,
      `[merge "evil"]\n\tdriver = ${script}`,
      ""
    ].join("\n")
  )
  writeFileSync(join(directory, ".gitattributes"), "* filter=evil diff=evil merge=evil\n")
  mkdirSync(join(directory, "hooks"))
  for (const hook of ["post-checkout", "post-index-change", "pre-commit", "reference-transaction"]) {
    writeFileSync(join(directory, "hooks", hook), `#!/bin/sh\ntouch '${sprung}'\n`, { mode: 0o755 })
  }
}

describe("hostile input", () => {
  it.live("a checkout's configuration, attributes and hooks are never believed", () =>
    Effect.gen(function* () {
      const world = yield* realWorld("path")
      const remote = yield* world.createRemote({ "a.txt": "a\n" })
      const { head } = yield* world.repository.open(remote.ref, "main")
      const directory = yield* world.newDirectory
      const sprung = join(world.root, "sprung")
      yield* world.repository.checkout(remote.ref, head.tree, directory)
      setTraps(directory, sprung)
      writeFileSync(join(directory, "a.txt"), "b\n")

      const capture = yield* world.repository.capture(remote.ref, { base: head.tree, directory, undo: [] })
      assert.include(capture.filesModified, "a.txt")
      yield* world.repository.diff(remote.ref, head.tree, capture.tree)
      yield* remote.commit("main", {
        "a.txt": "c\n",
        ".gitattributes": "* filter=evil diff=evil merge=evil\n"
      })
      const moved = yield* world.repository.fetchHead(remote.ref, "main")
      yield* world.repository.mergeTrees(remote.ref, {
        base: head.tree,
        ours: moved.tree,
        theirs: capture.tree
      })
      yield* world.repository.checkout(remote.ref, capture.tree, yield* world.newDirectory)
      assert.isFalse(existsSync(sprung), "a trap was sprung")

      yield* Effect.exit(plainGit(["status"], { cwd: directory }))
      assert.isTrue(existsSync(sprung), "control: plain git springs the traps")
    })
  )

  it.live("the caller's environment and configuration have no say", () =>
    Effect.gen(function* () {
      const world = yield* realWorld("path")
      const remote = yield* world.createRemote({ "a.txt": "a\n" })
      const sprung = join(world.root, "sprung")
      const variables = {
        GIT_DIR: "/nowhere",
        GIT_INDEX_FILE: "/nowhere/index",
        GIT_WORK_TREE: "/nowhere",
        GIT_OBJECT_DIRECTORY: "/nowhere",
        GIT_CONFIG_COUNT: "1",
        GIT_CONFIG_KEY_0: "core.fsmonitor",
        GIT_CONFIG_VALUE_0: `touch ${sprung}`,
        GIT_EXTERNAL_DIFF: `touch ${sprung}`,
        GIT_TRACE: sprung,
        GIT_DIFF_OPTS: "--unified=0"
      }
      const before = { ...process.env }
      yield* Effect.acquireUseRelease(
        Effect.sync(() => Object.assign(process.env, variables)),
        () =>
          Effect.gen(function* () {
            const { head } = yield* world.repository.open(remote.ref, "main")
            const directory = yield* world.newDirectory
            yield* world.repository.checkout(remote.ref, head.tree, directory)
            yield* world.edit(directory, { "a.txt": "b\n" })
            yield* world.repository.capture(remote.ref, { base: head.tree, directory, undo: [] })
          }),
        () =>
          Effect.sync(() => {
            for (const name of Object.keys(variables)) delete process.env[name]
            Object.assign(process.env, before)
          })
      )
      assert.isFalse(existsSync(sprung))
    })
  )

  const everything = ["https", "ssh", "http", "file"] as const
  const refused = [
    "",
    "--upload-pack=touch /tmp/x;",
    "-oProxyCommand=x",
    "ext::sh -c touch% /tmp/x",
    "EXT::sh -c x",
    "fd::17",
    "git://example.com/x.git",
    "ftp://example.com/x.git",
    "http://example.com/x.git",
    "http://169.254.169.254/x.git",
    "ssh://-oProxyCommand=x/y",
    "ssh://-l@host/y",
    "-host:path",
    "git@-host:path",
    "relative/path",
    "https://example.com/a b",
    "https://example.com/a\nb",
    "https://[",
    "file://host/share/x.git"
  ]
  for (const url of refused) {
    it.effect(`refuses ${JSON.stringify(url)}`, () =>
      Effect.gen(function* () {
        assert.strictEqual((yield* Effect.flip(parseRemoteUrl(url, everything))).reason, "forbidden")
      })
    )
  }

  it.live("what passes as an ssh address or a path is still no option to git", () =>
    Effect.gen(function* () {
      const world = yield* realWorld("path")
      const sprung = join(world.root, "sprung")
      const error = yield* Effect.flip(
        world.repository.open(
          { projectId: ProjectId.make("x"), url: `/--upload-pack=touch ${sprung};` },
          undefined
        )
      )
      assert.strictEqual(error.reason, "not_found")
      assert.isFalse(existsSync(sprung))
    })
  )

  it.effect("protocols that the operator did not allow are refused by name", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(parseRemoteUrl("/srv/shop.git", ["https", "ssh"]))
      assert.strictEqual(error.reason, "forbidden")
      assert.include(error.message, "file")
    })
  )

  for (const name of [
    "--upload-pack=x",
    "-b",
    "a..b",
    "a b",
    "@{-1}",
    "HEAD^",
    "a.lock",
    "",
    "refs/../x",
    "a:b"
  ]) {
    it.live(`refuses the branch ${JSON.stringify(name)}`, () =>
      Effect.gen(function* () {
        const world = yield* realWorld("path")
        const remote = yield* world.createRemote({ "a.txt": "a\n" })
        const error = yield* Effect.flip(world.repository.fetchHead(remote.ref, name))
        assert.strictEqual(error.reason, "forbidden")
      })
    )
  }

  it.live("paths that leave the tree are refused", () =>
    Effect.gen(function* () {
      const world = yield* realWorld("path")
      const remote = yield* world.createRemote({ "a.txt": "a\n" })
      const { head } = yield* world.repository.open(remote.ref, "main")
      for (const path of ["../x", "/etc/passwd", "a//b", "./a.txt", "a\0b"]) {
        const error = yield* Effect.flip(world.repository.readFile(remote.ref, head.tree, path))
        assert.strictEqual(error.reason, "forbidden", path)
      }
    })
  )

  it.live("redirects are not followed; plain git follows the same one", () =>
    Effect.gen(function* () {
      const world = yield* realWorld("http")
      const inside = yield* realWorld("http")
      const remote = yield* world.createRemote({ "a.txt": "a\n" })
      const secret = yield* inside.createRemote({ "secret.txt": "s\n" })
      if (world.server === undefined || inside.server === undefined) throw new Error("no server")
      const to = inside.server
      world.server.intercept = (request, response) => {
        response.writeHead(302, { location: `${to.url}${request.url}` }).end()
        return true
      }
      const error = yield* Effect.flip(world.repository.open(remote.ref, "main"))
      assert.strictEqual(error.reason, "forbidden")
      assert.include(error.message, "redirect")
      assert.deepStrictEqual(to.requests, [])
      yield* Effect.exit(plainGit(["ls-remote", remote.ref.url]))
      assert.isAbove(to.requests.length, 0, `control: plain git asks ${secret.ref.url}`)
    })
  )
})
