/**
 * The command as a program: its version check, its help, and what it says when it cannot start.
 */
import { afterAll, assert, describe, it } from "@effect/vitest"
import { execFileSync, spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { bin, devteam } from "../../../test/support/devteamCommand.ts"

const directory = mkdtempSync(join(tmpdir(), "devteam-entry-"))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

/** A Node below 24.15 on this machine, if there is one. */
const oldNode = [
  "/usr/bin/node",
  "/usr/local/bin/node",
  ...(process.env["DEVTEAM_OLD_NODE"] ?? "").split(":")
].find((path) => {
  try {
    const [major = 0, minor = 0] = execFileSync(path, ["-p", "process.versions.node"], { encoding: "utf8" })
      .split(".")
      .map(Number)
    return major < 24 || (major === 24 && minor < 15)
  } catch {
    return false
  }
})

describe("the entry", () => {
  it.skipIf(oldNode === undefined)(
    "says in one line which Node it needs (skipped where this machine has no older one: DEVTEAM_OLD_NODE names it)",
    () => {
      const { status, stdout, stderr } = spawnSync(oldNode ?? "", [bin, "run"], { encoding: "utf8" })
      assert.strictEqual(status, 5)
      assert.strictEqual(stdout, "")
      assert.match(stderr, /^devteam needs Node 24\.15 or newer, and this is Node \d+\.\d+\.\d+: .*\n$/)
    }
  )

  it("answers --version and --help on stdout", async () => {
    const version = await devteam(["--version"], { directory })
    assert.match(version.stdout, /^devteam \d+\.\d+\.\d+\n$/)
    const help = await devteam(["--help"], { directory })
    assert.strictEqual(help.code, 0)
    for (const command of [
      "run",
      "tasks",
      "status",
      "show",
      "logs",
      "pause",
      "resume",
      "stop",
      "diff",
      "why",
      "undo",
      "doctor",
      "clean",
      "completion",
      "example"
    ]) {
      assert.match(help.stdout, new RegExp(`^ +${command} `, "m"))
    }
    assert.strictEqual(help.stderr, "")
  })

  it("prints scripts that complete its words", async () => {
    const [bash, zsh, fish] = await Promise.all(
      ["bash", "zsh", "fish"].map((shell) => devteam(["completion", shell], { directory }))
    )
    for (const ended of [bash, zsh, fish]) {
      assert.strictEqual(ended?.code, 0, ended?.stderr)
      assert.include(ended?.stdout, "deliver")
      assert.notInclude(ended?.stdout, "--completions")
    }
    const script = join(directory, "completion.bash")
    writeFileSync(script, bash?.stdout ?? "")
    // The words as bash asks for them: `devteam resu<Tab>`.
    const asked = `source '${script}'; COMP_WORDS=(devteam resu); COMP_CWORD=1; COMP_LINE='devteam resu'; COMP_POINT=12
      command=$(complete -p devteam); function=\${command#*-F }; \${function%% *} devteam resu devteam; echo "\${COMPREPLY[@]}"`
    assert.strictEqual(execFileSync("bash", ["--norc", "-c", asked], { encoding: "utf8" }).trim(), "resume")
    assert.strictEqual((await devteam(["completion", "tcsh"], { directory })).code, 2)
  })

  it("says what is wrong with a data directory, without a stack", async () => {
    writeFileSync(join(directory, "file"), "")
    const ended = await devteam(["status", "--data", "file/data"], { directory })
    assert.strictEqual(ended.code, 5)
    assert.match(ended.stderr, /^devteam: Cannot make the data directory .*file\/data.*--data\.\n$/)
  })
})
