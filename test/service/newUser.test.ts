/**
 * A new user's way to a pushed commit, as README and the server's own words show it: `devteam serve`, the curl lines
 * that it prints, `devteam watch`. Nothing else is known or configured, not even a name for git.
 */
import { execFileSync, spawnSync } from "node:child_process"
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { aiderProgram } from "../../packages/adapters-agents/test/support/aiderVenv.ts"
import { writeModelPrices } from "../../packages/adapters-agents/test/support/modelPrices.ts"
import { scriptedModel } from "../../packages/adapters-agents/test/support/scriptedModel.ts"
import { commitsOf, fileAt, git } from "../support/bareRemote.ts"
import { devteam, startDevteam } from "../support/devteamCommand.ts"
import { goneAfterAll } from "../support/goneAfterAll.ts"
import { findViolations } from "../support/invariants.ts"
import { makeSample } from "../support/sampleRepository.ts"

const hasCurl = spawnSync("curl", ["--version"]).status === 0
if (!hasCurl) {
  if (process.env["CI"] === "true") throw new Error("The way of a new user needs curl: install it.")
  console.warn("The tests of a new user's way need curl; none was found.")
}
const aider = await aiderProgram()
if ("missing" in aider) console.warn(aider.missing)

const { processes, samples } = goneAfterAll()

const list = "Phase 1: Words (Dependencies: [])\n\n- 1.1 First word (Dependencies: [])\n"

/** A repository, and a home directory in which nothing was ever done. */
const newUser = () => {
  const sample = makeSample({ "tasks.md": list })
  samples.push(sample)
  const { directory } = sample
  const home = join(directory, "anonymous")
  mkdirSync(home)
  return { ...sample, data: join(home, ".local", "share", "devteam"), at: { directory, anonymous: true } }
}

/** Starts a server and reads what it says; `curl` runs the one of its lines that fits, exactly as it stands there. */
const serve = async (
  { at, remote }: ReturnType<typeof newUser>,
  agent: ReadonlyArray<string>,
  env: Readonly<Record<string, string>> = {}
) => {
  const words = ["serve", "--port", "0", "--allow-repo", remote, ...agent]
  const running = startDevteam(words, { ...at, env })
  processes.push(running)
  let said = ""
  running.child.stdout?.on("data", (chunk: string) => (said += chunk))
  await running.says("stdout", /automation\/stop\/.*\n/)
  const curl = (what: "initialize" | "status" | "stop"): string => {
    const line = said
      .split("\n")
      .find((one) => one.startsWith("curl ") && one.includes(`/automation/${what}`))
    return execFileSync("sh", ["-c", line ?? ""], {
      encoding: "utf8",
      cwd: at.directory,
      stdio: ["ignore", "pipe", "pipe"]
    })
  }
  const stop = async () => {
    running.child.kill("SIGTERM")
    const { code, stderr } = await running.ended
    assert.strictEqual(code, 0, stderr)
  }
  return { curl, stop }
}

/** What is on the remote in the end: the change and its tick, in one commit. */
const delivered = (remote: string) => {
  const commits = commitsOf(remote, "main").slice(1)
  return {
    tasks: commits.map(({ trailers }) => trailers["DevTeam-Task"]),
    files: git(remote, "show", "--format=", "--name-only", "main").trim().split("\n").toSorted(),
    listed: fileAt(remote, "main", "tasks.md")
  }
}

describe("a new user", { timeout: 300_000 }, () => {
  it.skipIf(!hasCurl)("gets to a pushed commit with curl and devteam watch alone", async () => {
    const user = newUser()
    const { at, data, remote } = user
    const program = join(at.directory, "my-agent")
    writeFileSync(program, '#!/bin/sh\ngrep "First word" "$1" > word.txt\n', { mode: 0o755 })
    const { curl, stop } = await serve(user, ["--agent", "command", "--", "./my-agent", "{prompt}"])

    const { executionId } = JSON.parse(curl("initialize")) as { readonly executionId?: string }
    assert.isString(executionId)
    const watched = await devteam(["watch", "acme/shop"], at)
    assert.strictEqual(watched.code, 0, watched.stderr)
    const lines = watched.stdout.trimEnd().split("\n")
    assert.match(lines[0] ?? "", /initializing +execution requested/)
    assert.match(lines.at(-1) ?? "", /completed +execution completed/)
    assert.include(watched.stdout, "task 1.1  First word")

    const status = JSON.parse(curl("status")) as { readonly completed: ReadonlyArray<{ commit: string }> }
    assert.deepInclude<object>(status, { executionId, status: "completed", progress: 100 })
    const { tasks, files, listed } = delivered(remote)
    assert.deepStrictEqual(tasks, ["1.1"])
    assert.deepStrictEqual(files, ["tasks.md", "word.txt"])
    assert.notStrictEqual(listed, list)
    assert.include(fileAt(remote, "main", "word.txt"), "First word")
    assert.strictEqual(status.completed[0]?.commit, commitsOf(remote, "main").at(-1)?.sha)
    assert.match(curl("stop"), /"urn:devteam:problem:not-legal"/)
    await stop()
    assert.deepStrictEqual(findViolations({ dataDirectories: [data], remote }), [])
  })

  it.live.skipIf(!hasCurl || "missing" in aider)("gets there with aider", () =>
    Effect.gen(function* () {
      const user = newUser()
      const { at, data, remote } = user
      const reply = "word.txt\n```\n<<<<<<< SEARCH\n=======\nFirst word\n>>>>>>> REPLACE\n```\n"
      const model = yield* scriptedModel(() => ({ text: reply }))
      const program = "program" in aider ? aider.program : ""
      writeModelPrices(join(data, "homes"), "acme/shop")
      const { curl, stop } = yield* Effect.promise(() =>
        serve(user, ["--agent", "aider", "--model", "openai/gpt-4o", "--", program], {
          OPENAI_API_KEY: "sk-scripted-0123456789abcdef",
          OPENAI_API_BASE: model.url
        })
      )
      curl("initialize")
      const watched = yield* Effect.promise(() => devteam(["watch", "acme/shop", "--logs"], at))
      assert.strictEqual(watched.code, 0, watched.stdout + watched.stderr)
      assert.include(curl("status"), '"status":"completed"')
      const { tasks, files } = delivered(remote)
      assert.deepStrictEqual(tasks, ["1.1"])
      assert.deepStrictEqual(files, ["tasks.md", "word.txt"])
      assert.strictEqual(fileAt(remote, "main", "word.txt"), "First word\n")
      assert.lengthOf(model.requests, 1)
      assert.strictEqual(model.requests[0]?.key, "sk-scripted-0123456789abcdef")
      assert.include(model.requests[0]?.text, "First word")
      assert.notInclude(watched.stdout, "sk-scripted-0123456789abcdef")
      yield* Effect.promise(stop)
      assert.deepStrictEqual(findViolations({ dataDirectories: [data], remote }), [])
      assert.notInclude(readFileSync(join(data, "devteam.sqlite"), "latin1"), "sk-scripted-0123456789abcdef")
    }).pipe(Effect.scoped)
  )
})
