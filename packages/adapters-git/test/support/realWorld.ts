/**
 * The contract suites' world on real git: bare repositories, by path or over HTTP with a password.
 */
import { execFile } from "node:child_process"
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, unlink, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { ProjectId, Sha } from "@devteam/core/model/Ids"
import { DeliveryRemote } from "@devteam/core/ports/DeliveryRemote"
import { Repository } from "@devteam/core/ports/Repository"
import type { GitWorld, WorldRemote } from "@devteam/core/testing/contracts/gitWorld"
import type { Files, FileSpec, RemoteRule } from "@devteam/core/testing/memory/MemoryGit"
import { Context, Effect, Layer, Option, Redacted, type Scope } from "effect"
import { layer } from "../../src/GitLayer.ts"
import { createBareRepository, type GitHttpServer, setHook, startGitHttpServer } from "./GitHttpServer.ts"

const environment = {
  PATH: process.env["PATH"],
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_TERMINAL_PROMPT: "0",
  GIT_AUTHOR_NAME: "A Person",
  GIT_AUTHOR_EMAIL: "person@example.com",
  GIT_COMMITTER_NAME: "A Person",
  GIT_COMMITTER_EMAIL: "person@example.com"
}

/** Plain git, as a person runs it. Answers stdout, trimmed. */
export const plainGit = (
  args: ReadonlyArray<string>,
  options: { readonly cwd?: string; readonly stdin?: Uint8Array } = {}
) =>
  Effect.callback<string>((resume) => {
    const child = execFile(
      "git",
      [...args],
      { cwd: options.cwd, env: environment, maxBuffer: 1 << 28 },
      (error, stdout, stderr) =>
        resume(
          error === null
            ? Effect.succeed(stdout.trim())
            : Effect.die(new Error(`${error.message}\n${stderr}`))
        )
    )
    child.stdin?.on("error", () => {})
    child.stdin?.end(options.stdin)
  })

const quoted = (path: string): string =>
  `"${Array.from(Buffer.from(path), (byte) => `\\${byte.toString(8).padStart(3, "0")}`).join("")}"`

const contentOf = (spec: Exclude<FileSpec, null>): readonly [string, Uint8Array] => {
  if (typeof spec === "string") return ["100644", Buffer.from(spec)]
  if (spec instanceof Uint8Array) return ["100644", spec]
  return "executable" in spec
    ? ["100755", Buffer.from(spec.executable)]
    : ["120000", Buffer.from(spec.symlink)]
}

let clock = 1_600_000_000

/** A person's commit straight into a bare repository. */
export const commitTo = (bare: string, branch: string, changes: Files, message = "A person's change\n") =>
  Effect.gen(function* () {
    const ref = `refs/heads/${branch}`
    const exists = (yield* plainGit(["--git-dir", bare, "for-each-ref", ref])) !== ""
    const chunks = [
      Buffer.from(`commit ${ref}\ncommitter A Person <person@example.com> ${++clock} +0000\n`),
      Buffer.from(`data ${Buffer.byteLength(message)}\n${message}\n${exists ? `from ${ref}^0\n` : ""}`),
      ...Object.entries(changes).map(([path, spec]) => {
        if (spec === null) return Buffer.from(`D ${quoted(path)}\n`)
        const [mode, bytes] = contentOf(spec)
        const head = `M ${mode} inline ${quoted(path)}\ndata ${bytes.length}\n`
        return Buffer.concat([Buffer.from(head), bytes, Buffer.from("\n")])
      })
    ]
    yield* plainGit(["--git-dir", bare, "fast-import", "--quiet"], { stdin: Buffer.concat(chunks) })
    return Sha.make(yield* plainGit(["--git-dir", bare, "rev-parse", ref]))
  })

const refuse = (pattern: string) =>
  `case "$1" in ${pattern}) echo "this server keeps $1 for itself" >&2; exit 1;; esac`

const setRule = (bare: string, rule: RemoteRule) =>
  Effect.promise(async () => {
    await setHook(
      bare,
      "pre-receive",
      rule === "read_only" ? 'echo "this server is read-only" >&2\nexit 1' : undefined
    )
    const refused = { branches_only: "refs/devteam/*", no_fence: "refs/devteam/*|refs/heads/devteam/*" }
    const pattern = rule === "branches_only" || rule === "no_fence" ? refused[rule] : undefined
    await setHook(bare, "update", pattern === undefined ? undefined : refuse(pattern))
  }).pipe(
    Effect.andThen(
      plainGit(["--git-dir", bare, "config", "receive.advertiseAtomic", String(rule !== "no_atomic")])
    ),
    Effect.asVoid
  )

/** Refs of a bare repository by full name. */
export const refsOf = (bare: string) =>
  Effect.map(
    plainGit(["--git-dir", bare, "for-each-ref", "--format=%(refname) %(objectname)"]),
    (output): ReadonlyMap<string, Sha> =>
      new Map(
        output.split("\n").flatMap((line) => {
          const [name, sha] = line.split(" ")
          return name === undefined || sha === undefined ? [] : [[name, Sha.make(sha)] as const]
        })
      )
  )

const isMissing = (error: unknown): boolean =>
  error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR")

const write = async (directory: string, path: string, spec: FileSpec): Promise<void> => {
  const file = join(directory, path)
  if (spec === null) return rm(file, { recursive: true })
  await mkdir(dirname(file), { recursive: true })
  const [mode, bytes] = contentOf(spec)
  await unlink(file).catch(() => {})
  if (mode === "120000") return symlink(Buffer.from(bytes), file)
  await writeFile(file, bytes, { mode: mode === "100755" ? 0o755 : 0o644 })
}

/** A `GitWorld` with the places that tests on real git look into. */
export interface RealWorld extends GitWorld {
  readonly root: string
  readonly cacheDir: string
  readonly server: GitHttpServer | undefined
  readonly createRemote: (files: Files | undefined) => Effect.Effect<WorldRemote & { readonly bare: string }>
  /** The one directory in the cache that belongs to this remote. */
  readonly cacheOf: Effect.Effect<string>
}

/** The password of the HTTP worlds: no other text of these tests contains it. */
export const canary = "c4n4ry-p@ss/word"

/** A private directory that goes away with the test. */
export const temporaryDirectory = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "devteam-git-test-"))),
  (directory) => Effect.promise(() => rm(directory, { recursive: true, force: true }))
)

/** Makes a world; over HTTP the password is asked for by the credentials option. */
export const realWorld = (transport: "path" | "http"): Effect.Effect<RealWorld, never, Scope.Scope> =>
  Effect.gen(function* () {
    const root = yield* temporaryDirectory
    const remotes = join(root, "remotes")
    const cacheDir = join(root, "cache")
    yield* Effect.promise(() => mkdir(remotes))
    const server =
      transport === "path"
        ? undefined
        : yield* Effect.acquireRelease(
            Effect.promise(() => startGitHttpServer({ root: remotes, username: "ada", password: canary })),
            (running) => Effect.promise(() => running.close())
          )
    const context = yield* Layer.build(
      layer({
        cacheDir,
        protocols: ["http", "file"],
        credentials: () => Effect.succeed(Option.some({ username: "ada", password: Redacted.make(canary) }))
      })
    )
    let made = 0
    return {
      root,
      cacheDir,
      server,
      repository: Context.get(context, Repository),
      delivery: Context.get(context, DeliveryRemote),
      createRemote: (files) =>
        Effect.gen(function* () {
          const name = `shop-${++made}.git`
          const bare = join(remotes, name)
          yield* Effect.sync(() => createBareRepository(bare))
          if (files !== undefined) yield* commitTo(bare, "main", files)
          return {
            bare,
            ref: {
              projectId: ProjectId.make("acme/shop"),
              url: server === undefined ? bare : `${server.url}/${name}`
            },
            commit: (branch, changes, message) => commitTo(bare, branch, changes, message),
            setRef: (ref, to) =>
              Effect.asVoid(
                plainGit(["--git-dir", bare, "update-ref", ...(to === undefined ? ["-d", ref] : [ref, to])])
              ),
            refs: refsOf(bare),
            setRule: (rule) => setRule(bare, rule)
          }
        }),
      newDirectory: Effect.sync(() => join(root, `checkout-${++made}`)),
      edit: (directory, changes) =>
        Effect.promise(async () => {
          for (const [path, spec] of Object.entries(changes)) await write(directory, path, spec)
        }),
      read: (directory, path) =>
        Effect.promise(() =>
          readFile(join(directory, path), "utf8").catch((error: unknown) => {
            if (isMissing(error)) return undefined
            throw error
          })
        ),
      loseCache: Effect.promise(() => rm(cacheDir, { recursive: true, force: true })),
      cacheOf: Effect.promise(async () => {
        const names = (await readdir(cacheDir)).filter((name) => name.endsWith(".git"))
        if (names.length !== 1) throw new Error(`the cache has ${names.join(", ")}`)
        return join(cacheDir, names[0] ?? "")
      })
    }
  })
