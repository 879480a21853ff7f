/**
 * `devteam example` as a process, the way a newcomer starts it: a home that is new, and nothing but Node and git.
 */
import { sqliteStores } from "@devteam/adapters-sql/layers"
import { defaultProjectId } from "@devteam/adapters-git/repositoryId"
import type { Execution } from "@devteam/core/execution/State"
import { Journal } from "@devteam/core/ports/Journal"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import { execFileSync, spawnSync } from "node:child_process"
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { basename, join } from "node:path"
import { checkClaims } from "../src/example/claims.ts"
import { readRemote, type RemoteCommit, type RemoteState } from "../src/example/remoteState.ts"

const bin = join(import.meta.dirname, "../bin/devteam.js")
let root = ""
const inRoot = (...path: ReadonlyArray<string>) => join(root, ...path)

/** A newcomer's environment; `devteam` is a program on the PATH. */
const environment = (): NodeJS.ProcessEnv => ({
  PATH: `${inRoot("bin")}:${process.env["PATH"] ?? ""}`,
  HOME: inRoot("home"),
  TMPDIR: inRoot("tmp")
})

const call = (program: string, ...args: ReadonlyArray<string>) => {
  const began = performance.now()
  const { status, stderr, stdout } = spawnSync(program, [...args], {
    cwd: inRoot("home"),
    env: environment(),
    encoding: "utf8"
  })
  return { status, stderr, stdout, ms: performance.now() - began }
}

const git = (...args: ReadonlyArray<string>): string =>
  execFileSync("git", [...args], { env: environment(), encoding: "utf8" })

beforeAll(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "devteam-example-test-")))
  for (const name of ["bin", "home", "tmp"]) mkdirSync(inRoot(name))
  writeFileSync(inRoot("bin", "devteam"), `#!/bin/sh\nexec "${process.execPath}" "${bin}" "$@"\n`)
  chmodSync(inRoot("bin", "devteam"), 0o755)
})

afterAll(() => rmSync(root, { recursive: true, force: true }))

describe("devteam example", () => {
  let place = ""
  let transcript: ReturnType<typeof call>

  beforeAll(() => {
    transcript = call("devteam", "example")
    place = inRoot(
      "tmp",
      readdirSync(inRoot("tmp")).find((name) => name.startsWith("devteam-example-")) ?? "none"
    )
  }, 120_000)

  it("ends well, in less than a minute", () => {
    assert.strictEqual(transcript.status, 0, `${transcript.stdout}\n${transcript.stderr}`)
    assert.isBelow(transcript.ms, 60_000)
  })

  it("says first what it will do and where", () => {
    const first = transcript.stderr.slice(0, transcript.stderr.indexOf("$ DEVTEAM_DATA="))
    assert.include(first, `  ${place}\n`)
    assert.include(first, "nothing leaves this\nmachine")
  })

  it("shows the repair, the failure and what it blocks as they happen, in plain lines", () => {
    const { stderr } = transcript
    const order = [
      "✓ 1.1 ",
      "→ 2.1 ",
      "error: pages/contact.html:2: {{shop.phone}} is not in data/shop.json",
      "✓ 2.1 ",
      "✗ 2.2 ",
      "✓ 2.4 ",
      "Blocked: 2.3 (by 2.2)"
    ].map((text) => stderr.indexOf(text))
    assert.notInclude(order, -1, stderr)
    assert.deepStrictEqual(
      order,
      order.toSorted((a, b) => a - b)
    )
    assert.notInclude(stderr + transcript.stdout, "\u001b")
  })

  it("ends with the table, the log, the list and claims that all hold", () => {
    const { stdout } = transcript
    assert.match(stdout, /^2\.1 Add a contact page with the phone number\s+2\s.*\sdone\s/m)
    assert.match(stdout, /^2\.2 Add a price list\s+3\s.*\sfailed\s/m)
    assert.match(stdout, /^\s+[0-9a-f]{10} {2}2\.4: Add a page that says how to find the shop$/m)
    assert.match(stdout, /^\s+- \[x\] 2\.1 Add a contact page/m)
    assert.match(stdout, /^\s+- 2\.2 Add a price list/m)
    assert.lengthOf(stdout.match(/^ {2}✓ /gm) ?? [], 6)
    assert.notInclude(stdout, "✗")
  })

  it("has pushed what it says, and written nothing outside of its folder", () => {
    const subjects = git("-C", join(place, "bakery.git"), "log", "--format=%s", "main").trim().split("\n")
    assert.deepStrictEqual(
      subjects.map((subject) => subject.split(":")[0]),
      ["2.4", "2.1", "1.2", "1.1", "Begin the website"]
    )
    // Compiled code alone is kept elsewhere: that of the command itself in its cache, npm's where npm keeps it.
    const home = readdirSync(inRoot("home"), { recursive: true, encoding: "utf8" })
    const own = ".cache/devteam/node"
    assert.deepStrictEqual(
      home.filter((path) => !own.startsWith(path) && !path.startsWith(`${own}/`)),
      []
    )
    const temporary = readdirSync(inRoot("tmp")).filter((name) => name !== "node-compile-cache")
    assert.deepStrictEqual(temporary, [basename(place)])
  })

  it("the agent repaired the build by what its prompt said", () => {
    const contact = git("-C", join(place, "bakery.git"), "show", "main:pages/contact.html")
    assert.include(contact, "{{shop.telephone}}")
  })

  it("control: without the log in its prompt the agent does not repair it", () => {
    const checkout = inRoot("control")
    git("clone", "--quiet", join(place, "website"), checkout)
    const prompt = inRoot("prompt.md")
    writeFileSync(prompt, "Task 2.1: Add a contact page with the phone number\n")
    execFileSync(join(place, "agent"), [prompt], { cwd: checkout, env: environment() })
    writeFileSync(prompt, `${readFileSync(prompt, "utf8")}\n## What happened before\n\nIt failed.\n`)
    execFileSync(join(place, "agent"), [prompt], { cwd: checkout, env: environment() })
    assert.include(readFileSync(join(checkout, "pages/contact.html"), "utf8"), "{{shop.phone}}")
    const build = spawnSync(process.execPath, ["build.js"], { cwd: checkout, encoding: "utf8" })
    assert.strictEqual(build.status, 1)
  })

  describe("its claims", () => {
    const facts = () =>
      Effect.gen(function* () {
        const journal = yield* Journal
        const remote = join(place, "bakery.git")
        const found = Option.getOrThrow(yield* journal.latest(defaultProjectId(remote)))
        return {
          first: git("-C", join(place, "website"), "rev-parse", "HEAD").trim(),
          state: yield* journal.load(found),
          records: yield* journal.records(found, 0),
          remote: yield* readRemote(remote)
        }
      }).pipe(Effect.provide(sqliteStores({ dataDirectory: join(place, "data") })))

    const broken = (state: (state: Execution) => Execution, remote: (remote: RemoteState) => RemoteState) =>
      Effect.map(facts(), (found) =>
        checkClaims(found.first, state(found.state), found.records, remote(found.remote)).flatMap(
          (claim, index) => (claim.found === undefined ? [] : [index])
        )
      )
    const asIs = <A>(value: A): A => value
    const last =
      (change: (commit: RemoteCommit) => ReadonlyArray<RemoteCommit>) => (remote: RemoteState) => ({
        ...remote,
        commits: remote.commits.flatMap((commit, index) =>
          index === remote.commits.length - 1 ? change(commit) : [commit]
        )
      })

    it.live("hold as they are", () =>
      Effect.map(broken(asIs, asIs), (found) => assert.deepStrictEqual(found, []))
    )

    const cases: ReadonlyArray<
      readonly [string, (remote: RemoteState) => RemoteState, ReadonlyArray<number>]
    > = [
      ["a commit that is missing", last(() => []), [1]],
      [
        "a commit that is there twice",
        last((commit) => [commit, { ...commit, parents: [commit.sha] }]),
        [1, 4]
      ],
      ["a commit of somebody else", last((commit) => [{ ...commit, execution: "other" }]), [1]],
      [
        "a commit with two parents",
        last((commit) => [{ ...commit, parents: [...commit.parents, "b"] }]),
        [2]
      ],
      [
        "another tree than the one that was built",
        last((commit) => [{ ...commit, tree: "0".repeat(40) }]),
        [3]
      ],
      [
        "a task that is not ticked",
        last((commit) => [{ ...commit, ticked: commit.ticked.slice(0, -1) }]),
        [4]
      ],
      [
        "a failed task that is ticked",
        last((commit) => [{ ...commit, ticked: [...commit.ticked, "2.2"] }]),
        [4, 5]
      ]
    ]
    for (const [name, change, expected] of cases) {
      it.live(`notice ${name}`, () =>
        Effect.map(broken(asIs, change), (found) => assert.deepStrictEqual(found, expected))
      )
    }

    it.live("notice another story than the one that was promised", () =>
      Effect.map(
        broken((state) => ({ ...state, blocked: [] }), asIs),
        (found) => assert.deepStrictEqual(found, [0])
      )
    )
  })

  it("what it suggests to try next works as it stands there, and finishes the list", () => {
    const from = transcript.stdout.indexOf("Try next:")
    const to = transcript.stdout.indexOf("Then your own repository")
    const lines = transcript.stdout
      .slice(from, to)
      .split("\n")
      .filter((line) => /^ {2}(export|devteam|git|echo) /.test(line))
    assert.lengthOf(lines, 8)
    const { status, stderr, stdout } = call("sh", "-e", "-c", lines.join("\n"))
    assert.strictEqual(status, 0, `${stdout}\n${stderr}`)
    const list = git("-C", join(place, "bakery.git"), "show", "main:wbs.md")
    assert.lengthOf(list.match(/^- \[x\] /gm) ?? [], 6)
  }, 60_000)
})

describe("devteam example --in", () => {
  it("refuses a folder with something in it, and leaves it alone", () => {
    mkdirSync(inRoot("mine"))
    writeFileSync(inRoot("mine", "file"), "mine")
    const { status, stderr } = call("devteam", "example", "--in", inRoot("mine"))
    assert.strictEqual(status, 2)
    assert.include(stderr, "is not empty")
    assert.deepStrictEqual(readdirSync(inRoot("mine")), ["file"])
  })

  it("refuses a data directory of somebody else", () => {
    const { status, stderr } = call("devteam", "example", "--data", inRoot("data"))
    assert.strictEqual(status, 2)
    assert.include(stderr, "--in")
  })
})
