/** Which ssh the user's git would run, and that a repository's own configuration never says so. */
import { execFileSync } from "node:child_process"
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { plainSsh, sshEnvironment, userSsh } from "../src/userSsh.ts"
import { temporaryDirectory } from "./support/realWorld.ts"

const names = ["GIT_CONFIG_GLOBAL", "GIT_SSH_COMMAND", "GIT_SSH_VARIANT"] as const

const withEnvironment = <A, E, R>(
  values: Partial<Record<(typeof names)[number], string>>,
  effect: Effect.Effect<A, E, R>
) =>
  Effect.acquireUseRelease(
    Effect.sync(() => {
      const before = names.map((name) => [name, process.env[name]] as const)
      for (const name of names) delete process.env[name]
      Object.assign(process.env, { GIT_CONFIG_NOSYSTEM: "1", ...values })
      return before
    }),
    () => effect,
    (before) =>
      Effect.sync(() => {
        delete process.env["GIT_CONFIG_NOSYSTEM"]
        for (const [name, value] of before) {
          if (value === undefined) delete process.env[name]
          else process.env[name] = value
        }
      })
  )

/** A clone below `work/`, whose own configuration names a trap; the user's has a condition for that folder. */
const clone = Effect.map(temporaryDirectory, (root) => {
  const repository = join(root, "work", "shop")
  mkdirSync(repository, { recursive: true })
  execFileSync("git", ["init", "--quiet", repository])
  execFileSync("git", ["-C", repository, "config", "core.sshCommand", "trap"])
  const config = join(root, "gitconfig")
  writeFileSync(join(root, "work.inc"), "[core]\n\tsshCommand = ssh -i ~/.ssh/work\n")
  return {
    root,
    repository,
    config,
    write: (text: string) => writeFileSync(config, text)
  }
})

describe("the user's ssh", () => {
  it.live("is plain ssh where nobody says otherwise, whatever the clone says", () =>
    Effect.gen(function* () {
      const { repository, config, write } = yield* clone
      write("")
      const found = yield* withEnvironment({ GIT_CONFIG_GLOBAL: config }, userSsh(repository))
      assert.deepStrictEqual(found, plainSsh)
      const asked = execFileSync("git", ["-C", repository, "config", "core.sshCommand"], { encoding: "utf8" })
      assert.strictEqual(asked.trim(), "trap", "git itself would run it")
    })
  )

  it.live("comes from the user's configuration, with its conditions", () =>
    Effect.gen(function* () {
      const { root, repository, config, write } = yield* clone
      write(
        `[core]\n\tsshCommand = ssh -F /x\n[includeIf "gitdir:${root}/work/"]\n\tpath = ${root}/work.inc\n`
      )
      const at = (directory: string) => withEnvironment({ GIT_CONFIG_GLOBAL: config }, userSsh(directory))
      assert.deepStrictEqual(yield* at(root), { command: "ssh -F /x", variant: undefined })
      assert.deepStrictEqual(yield* at(repository), { command: "ssh -i ~/.ssh/work", variant: undefined })
    })
  )

  it.live("comes from GIT_SSH_COMMAND before that", () =>
    Effect.gen(function* () {
      const { root, config, write } = yield* clone
      write("[core]\n\tsshCommand = ssh -F /x\n")
      const values = { GIT_CONFIG_GLOBAL: config, GIT_SSH_COMMAND: "wrapper", GIT_SSH_VARIANT: "simple" }
      const found = yield* withEnvironment(values, userSsh(root))
      assert.deepStrictEqual(found, { command: "wrapper", variant: "simple" })
    })
  )

  it("is told never to ask, where it can be told", () => {
    assert.deepStrictEqual(sshEnvironment(plainSsh), {
      GIT_SSH_COMMAND: "ssh -o BatchMode=yes",
      GIT_SSH_VARIANT: "ssh"
    })
    const told = (command: string, variant?: string) =>
      sshEnvironment({ command, variant })["GIT_SSH_COMMAND"]
    assert.strictEqual(told("ssh -i k"), "ssh -i k -o BatchMode=yes")
    assert.strictEqual(told("wrapper", "ssh"), "wrapper -o BatchMode=yes")
    for (const [command, variant] of [["plink"], ["C:/TortoisePlink.exe"], ["wrapper", "simple"]] as const) {
      assert.strictEqual(told(command, variant), command)
    }
  })
})
