/** What `devteam doctor` says of the settings and the prompt in a work tree. */
import { execFileSync } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { checkProject } from "../src/projectCheck.ts"

const directory = mkdtempSync(join(tmpdir(), "devteam-check-"))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const clone = join(directory, "clone")
mkdirSync(join(clone, ".devteam", "prompts"), { recursive: true })
execFileSync("git", ["init", "--quiet", clone])

const write = (settings: string, template: string) => {
  writeFileSync(join(clone, ".devteam/project.yaml"), settings)
  writeFileSync(join(clone, ".devteam/prompts/implement.md"), template)
}

describe("a project's files in a work tree", () => {
  it.effect("nothing is said where there are none", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* checkProject(clone), [])
      assert.deepStrictEqual(yield* checkProject(directory), [])
    })
  )

  it.effect("what is fine is said in short, also from a folder below", () =>
    Effect.gen(function* () {
      write("verify: [npm test]\n", "Do {{task}}\n")
      assert.deepStrictEqual(yield* checkProject(join(clone, ".devteam")), [
        { check: "project settings", status: "ok", found: ".devteam/project.yaml says verify" },
        { check: "prompt template", status: "ok", found: ".devteam/prompts/implement.md" }
      ])
    })
  )

  it.effect("what is wrong is said with its place", () =>
    Effect.gen(function* () {
      write("limits:\n  round: 1\n  maxCost: x\n", "Do {{tusk}}\n")
      const findings = yield* checkProject(clone)
      assert.deepStrictEqual(
        findings.map(({ status }) => status),
        ["problem", "problem"]
      )
      assert.match(
        findings[0]?.found ?? "",
        /^\.devteam\/project\.yaml:2:3: .*\n\.devteam\/project\.yaml:3:12: /
      )
      assert.match(findings[1]?.found ?? "", /^\.devteam\/prompts\/implement\.md:1: unknown variable "tusk"/)
    })
  )
})
