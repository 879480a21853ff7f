/** `devteam init`: what it writes, and what it leaves alone. */
import { execFileSync } from "node:child_process"
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { parse } from "@devteam/adapters-settings/parse"
import { projectJsonSchema } from "@devteam/adapters-settings/jsonSchema"
import { defaultTemplateText } from "@devteam/core/prompt/Template"
import { fieldNames } from "@devteam/core/settings/decodeFile"
import { effectiveSettings } from "@devteam/core/settings/effective"
import { settings } from "@devteam/core/testing/given"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { devteam } from "../../../test/support/devteamCommand.ts"
import { projectYaml } from "../src/init/projectYaml.ts"

const directory = realpathSync(mkdtempSync(join(tmpdir(), "devteam-init-")))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const git = (folder: string, ...args: ReadonlyArray<string>) =>
  execFileSync("git", ["-c", "user.name=A", "-c", "user.email=a@example.com", ...args], {
    cwd: folder,
    encoding: "utf8"
  })

const makeClone = (name: string, files: Readonly<Record<string, string>> = {}) => {
  const clone = join(directory, name)
  mkdirSync(join(clone, "src"), { recursive: true })
  for (const [path, text] of Object.entries({ "src/a.txt": "a\n", ...files }))
    writeFileSync(join(clone, path), text)
  git(directory, "init", "--quiet", clone)
  git(clone, "add", "--all")
  git(clone, "commit", "--quiet", "--message", "First")
  return clone
}

const written = [".devteam/project.yaml", ".devteam/project.schema.json", ".devteam/prompts/implement.md"]

/** Takes away the `#` of every line that has a setting behind it. */
const uncommented = (text: string): string => text.replace(/^#(?=[ ]*(?:[A-Za-z]+:|- ))(?! [A-Z])/gm, "")

describe("the settings that init writes", () => {
  const empty = { taskList: undefined, verify: [], agent: undefined }
  const found = {
    taskList: "docs/tasks.md",
    verify: [
      ["npm", "ci"],
      ["npm", "run", "a b"]
    ],
    agent: "aider"
  }

  it("say what was found, and nothing else", () => {
    assert.deepStrictEqual(Result.getOrThrow(parse(projectYaml(empty))).settings, {})
    assert.deepStrictEqual(Result.getOrThrow(parse(projectYaml(found))).settings, {
      taskList: "docs/tasks.md",
      agent: { id: "aider" }
    })
  })

  for (const [what, all] of [
    ["nothing", empty],
    ["something", found]
  ] as const) {
    it(`are complete and valid without their comment signs, where ${what} was found`, () => {
      const { settings: everything } = Result.getOrThrow(parse(uncommented(projectYaml(all))))
      const text = uncommented(projectYaml(all))
      for (const field of fieldNames) {
        assert.match(text, new RegExp(`^ *${field.split(".").at(-1)}:`, "m"), field)
      }
      // The limits that stand there are the defaults; tokens have none.
      const applied = Result.getOrThrow(
        effectiveSettings(settings({ explicit: ["agent"] }), everything)
      ).settings
      assert.deepStrictEqual(applied.limits, {
        ...settings().limits,
        taskTokens: 400_000,
        executionTokens: 4_000_000
      })
      assert.deepInclude(applied, {
        requireVerify: false,
        noChange: "hold",
        onFailure: "continue",
        delivery: "main"
      })
    })
  }

  it("can name any path", () => {
    for (const taskList of ["tasks.md", "a b.md", "yes", "- a: b", "1.2", "über/#1.md", "true", "a: b"]) {
      assert.strictEqual(
        Result.getOrThrow(parse(projectYaml({ ...empty, taskList }))).settings.taskList,
        taskList
      )
    }
  })
})

describe("devteam init", () => {
  let clone = ""
  beforeAll(() => {
    clone = makeClone("shop", {
      "TASKS.md": "- [ ] 1 Add a cart\n",
      "package.json": '{ "scripts": { "build": "tsc" } }\n',
      "package-lock.json": "{}\n"
    })
  })

  it("writes the files from any folder of the clone, and commits nothing", async () => {
    const head = git(clone, "rev-parse", "HEAD")
    const { code, stdout, stderr } = await devteam(["init"], { directory, cwd: join(clone, "src") })
    assert.strictEqual(stderr, "")
    assert.strictEqual(code, 0)
    for (const path of written) assert.include(stdout, path)
    assert.match(stdout, /list +TASKS\.md\n/)
    assert.match(stdout, /verify +npm ci, then npm run build\n/)
    assert.match(stdout, /Nothing is committed[^]*git add \.devteam && git commit/)
    assert.strictEqual(git(clone, "rev-parse", "HEAD"), head)
    assert.strictEqual(git(clone, "diff", "--cached", "--name-only"), "")
    const { settings: said } = Result.getOrThrow(
      parse(readFileSync(join(clone, ".devteam/project.yaml"), "utf8"))
    )
    assert.deepStrictEqual(said, { taskList: "TASKS.md" })
    assert.strictEqual(
      readFileSync(join(clone, ".devteam/prompts/implement.md"), "utf8"),
      defaultTemplateText
    )
    const text = readFileSync(join(clone, ".devteam/project.yaml"), "utf8")
    const [, schema = ""] = /^# yaml-language-server: \$schema=(\S+)$/m.exec(text) ?? []
    assert.deepStrictEqual(
      JSON.parse(readFileSync(join(clone, ".devteam", schema), "utf8")),
      JSON.parse(JSON.stringify(projectJsonSchema()))
    )
  })

  it("replaces nothing that is there, unless it is told to", async () => {
    writeFileSync(join(clone, ".devteam/project.yaml"), "# mine\n")
    rmSync(join(clone, ".devteam/prompts"), { recursive: true })
    const refused = await devteam(["init", clone], { directory })
    assert.strictEqual(refused.code, 2)
    assert.strictEqual(
      refused.stderr,
      "devteam: .devteam/project.yaml, .devteam/project.schema.json are there already. Nothing was written. To replace: --force\n"
    )
    assert.strictEqual(readFileSync(join(clone, ".devteam/project.yaml"), "utf8"), "# mine\n")
    assert.isFalse(existsSync(join(clone, ".devteam/prompts")))
    const forced = await devteam(["init", clone, "--force", "--json"], { directory })
    assert.strictEqual(forced.code, 0)
    assert.deepStrictEqual((JSON.parse(forced.stdout) as { readonly written: unknown }).written, written)
    assert.include(readFileSync(join(clone, ".devteam/project.yaml"), "utf8"), "taskList: TASKS.md")
  })

  it("writes through no link", async () => {
    const elsewhere = join(directory, "elsewhere")
    mkdirSync(elsewhere)
    const linked = makeClone("linked")
    symlinkSync(elsewhere, join(linked, ".devteam"))
    const { code, stderr } = await devteam(["init", linked, "--force"], { directory })
    assert.strictEqual(code, 2)
    assert.match(stderr, /\.devteam is a link/)
    assert.deepStrictEqual(readdirSync(elsewhere), [])
  })

  it("says what is missing where nothing is found, and where there is no clone", async () => {
    const { stdout } = await devteam(["init", makeClone("bare-bones")], { directory })
    assert.match(stdout, /list +none was found: `devteam tasks --template`/)
    assert.match(stdout, /verify +nothing/)
    const plain = join(directory, "plain")
    mkdirSync(plain)
    const refused = await devteam(["init", plain], { directory })
    assert.strictEqual(refused.code, 5)
    assert.match(refused.stderr, /plain is not in a work tree of git/)
    const nowhere = await devteam(["init", join(directory, "nowhere")], { directory })
    assert.strictEqual(nowhere.code, 2)
  })
})
