/**
 * What users install: every package packed, put into an empty folder, and the command run from there.
 *
 * Outside the workspace nothing strips types and nothing resolves to sources, so this is the only test that runs what
 * is published.
 */
import { execFileSync, spawnSync } from "node:child_process"
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"

const root = join(import.meta.dirname, "..")
const folder = mkdtempSync(join(tmpdir(), "devteam-packed-"))
const path = `${dirname(process.execPath)}:${process.env["PATH"] ?? ""}`
const environment = {
  ...process.env,
  PATH: path,
  HOME: folder,
  NODE_OPTIONS: "",
  TURBO_TELEMETRY_DISABLED: "1"
}

const devteam = (node: string, ...args: ReadonlyArray<string>) =>
  spawnSync(node, [join(folder, "node_modules/@devteam/cli/bin/devteam.js"), ...args], {
    cwd: folder,
    env: environment,
    encoding: "utf8"
  })

/** A Node that is too old for the program, if this machine has one. */
const oldNode = (process.env["PATH"] ?? "")
  .split(":")
  .map((directory) => join(directory, "node"))
  .find((file) => {
    if (!existsSync(file)) return false
    const [major = 0, minor = 0] = execFileSync(file, ["-p", "process.versions.node"], { encoding: "utf8" })
      .split(".")
      .map(Number)
    return major < 24 || (major === 24 && minor < 15)
  })

beforeAll(() => {
  execFileSync(join(root, "node_modules/.bin/turbo"), ["run", "build", "--output-logs=errors-only"], {
    cwd: root,
    env: environment
  })
  execFileSync("npm", ["pack", "--workspaces", "--silent", "--pack-destination", folder], {
    cwd: root,
    env: process.env
  })
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "empty", private: true }))
  const packed = readdirSync(folder).filter((name) => name.endsWith(".tgz"))
  execFileSync(
    "npm",
    ["install", "--silent", "--no-audit", "--no-fund", ...packed.map((name) => `./${name}`)],
    {
      cwd: folder,
      env: { ...process.env, PATH: path }
    }
  )
}, 300_000)

afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe("the packed command", () => {
  it("says its version", () => {
    const { status, stdout, stderr } = devteam(process.execPath, "--version")
    const { version } = JSON.parse(readFileSync(join(root, "packages/cli/package.json"), "utf8"))
    assert.strictEqual(status, 0, stderr)
    assert.include(stdout, version)
  })

  it("runs without the sources", () => {
    const { status, stdout, stderr } = devteam(process.execPath, "tasks", "--template")
    assert.strictEqual(status, 0, stderr)
    assert.include(stdout, "- [ ]")
    assert.isFalse(existsSync(join(folder, "node_modules/@devteam/cli/src")))
  })

  it("does its main job", { timeout: 120_000 }, () => {
    const { status, stdout, stderr } = devteam(process.execPath, "example", "--in", join(folder, "example"))
    assert.strictEqual(status, 0, `${stdout}\n${stderr}`)
  })

  it("says in one line that an older Node does not do", (context) => {
    if (oldNode === undefined) return context.skip("this machine has no older Node")
    const { status, stdout, stderr } = devteam(oldNode, "--version")
    assert.strictEqual(status, 5)
    assert.strictEqual(stdout, "")
    assert.match(stderr, /^[^\n]*24\.15[^\n]*\n$/)
  })
})
