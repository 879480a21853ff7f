/**
 * Projects that are installed with npm, pnpm or Yarn, with the real programs: each change is installed from the
 * lockfile as it stands, a new dependency gets into it, and what is pushed installs from a fresh clone.
 */
import { execFileSync } from "node:child_process"
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { commitsOf, fileAt, git } from "../support/bareRemote.ts"
import { environmentWith, execute, makeProject, type Project, type Rested } from "./support/execution.ts"
import { type PackageManager, packageManager } from "./support/packageManagers.ts"

const list = `- [ ] 1. Write a word
- [ ] 2. Use the second package
`

/** Red unless every dependency of the manifest is installed, and was built: `made.txt` comes from a script. */
const build = `const { dependencies } = require("./package.json")
for (const name of Object.keys(dependencies)) if (require(name) !== name) throw new Error(name)
`

const manifest = (more: object = {}) => ({
  name: "shop",
  version: "1.0.0",
  private: true,
  scripts: { build: "node build.js" },
  dependencies: { one: "file:./one" },
  ...more
})

const local = (name: string) => ({
  [`${name}/package.json`]: JSON.stringify({ name, version: "1.0.0", main: "index.js" }),
  [`${name}/index.js`]: `module.exports = "${name}"\n`
})

/** What every repository has; none of them keeps what an install makes. */
const common = {
  "tasks.md": list,
  "build.js": build,
  ".gitignore": "node_modules\n.yarn\n.pnp.*\n",
  ...local("one"),
  ...local("two")
}

/** Adds a dependency to the manifest and to nothing else, as agents do. */
const agent = `case $DEVTEAM_TASK_ID in
2) node -e '
  const fs = require("fs"), manifest = JSON.parse(fs.readFileSync("package.json", "utf8"))
  manifest.dependencies.two = "file:./two"
  fs.writeFileSync("package.json", JSON.stringify(manifest, null, 2) + "\\n")' ;;
*) echo word > "word-$DEVTEAM_TASK_ID.txt" ;;
esac`

interface Case {
  readonly what: string
  readonly program: PackageManager | undefined
  readonly lockfile: string
  readonly manifest?: object
  /** Makes the first lockfile, as a person did. */
  readonly lock: ReadonlyArray<string>
  readonly install: ReadonlyArray<string>
  readonly sync: string
}

const cases: ReadonlyArray<Case> = [
  {
    what: "npm",
    program: undefined,
    lockfile: "package-lock.json",
    lock: ["npm", "install", "--package-lock-only"],
    install: ["npm", "ci"],
    sync: "npm install --package-lock-only --ignore-scripts"
  },
  {
    what: "pnpm 10, named by packageManager",
    program: "pnpm10",
    lockfile: "pnpm-lock.yaml",
    manifest: { packageManager: "pnpm@10.34.9" },
    lock: ["pnpm", "install", "--lockfile-only"],
    install: ["pnpm", "install", "--frozen-lockfile"],
    sync: "pnpm install --lockfile-only --ignore-scripts --no-frozen-lockfile"
  },
  {
    what: "pnpm 12",
    program: "pnpm12",
    lockfile: "pnpm-lock.yaml",
    lock: ["pnpm", "install", "--lockfile-only"],
    install: ["pnpm", "install", "--frozen-lockfile"],
    sync: "pnpm install --lockfile-only --ignore-scripts --no-frozen-lockfile"
  },
  {
    what: "Yarn 1",
    program: "yarn1",
    lockfile: "yarn.lock",
    lock: ["yarn", "install"],
    install: ["yarn", "install", "--frozen-lockfile"],
    sync: "yarn install --ignore-scripts --non-interactive"
  },
  {
    what: "Yarn 4",
    program: "yarn4",
    lockfile: "yarn.lock",
    manifest: { packageManager: "yarn@4.18.1" },
    lock: ["yarn", "install"],
    install: ["yarn", "install", "--immutable"],
    sync: "yarn install --no-immutable --mode=update-lockfile"
  }
]

const write = (directory: string, files: Readonly<Record<string, string>>) => {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true })
    writeFileSync(join(directory, path), text)
  }
}

/** Runs a command as a person would. */
const call = (cwd: string, bin: ReadonlyArray<string>, [program = "", ...args]: ReadonlyArray<string>) =>
  execFileSync(program, args, {
    cwd,
    stdio: "pipe",
    env: environmentWith(cwd, bin)
  })

/** The repository's first files, with the lockfile that the real program writes. */
const filesOf = (one: Case, bin: ReadonlyArray<string>): Readonly<Record<string, string>> => {
  const directory = mkdtempSync(join(tmpdir(), "devteam-lockfile-"))
  try {
    const files = { ...common, "package.json": `${JSON.stringify(manifest(one.manifest), null, 2)}\n` }
    write(directory, files)
    call(directory, bin, one.lock)
    return {
      ...files,
      "package.json": readFileSync(join(directory, "package.json"), "utf8"),
      [one.lockfile]: readFileSync(join(directory, one.lockfile), "utf8")
    }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

for (const one of cases) {
  describe(`a project of ${one.what}`, { timeout: 180_000 }, () => {
    let project: Project
    let rested: Rested
    let bin: ReadonlyArray<string> = []
    let missing: string | undefined

    beforeAll(async () => {
      const found = one.program === undefined ? { bin: undefined } : await packageManager(one.program)
      if ("missing" in found) {
        missing = found.missing
        console.warn(missing)
        return
      }
      bin = found.bin === undefined ? [] : [found.bin]
      project = makeProject(filesOf(one, bin), agent)
      rested = await execute(project, {}, bin)
    }, 300_000)
    afterAll(() => project?.dispose())

    it("is installed from its lockfile, and built, for every change", (context) => {
      if (missing !== undefined) context.skip(missing)
      assert.strictEqual(rested.state.status, "completed", JSON.stringify(rested.events.slice(-3)))
      const program = one.install[0] ?? ""
      for (const task of ["1", "2"]) {
        const receipt = rested.receipts[task]
        assert.deepStrictEqual(
          receipt?.commands.map(({ argv, outcome }) => [argv, outcome]),
          [
            [one.install, "passed"],
            [[program, "run", "build"], "passed"]
          ]
        )
        assert.deepInclude(receipt, { outcome: "passed", unlocked: false, rounds: 1 })
      }
      assert.deepStrictEqual(rested.receipts["1"]?.warnings, [])
      const initialized = rested.events.find((event) => event._tag === "Initialized")
      if (one.program !== undefined) assert.match(initialized?.sandbox ?? "", /, (?:pnpm|yarn) \d+\.\d+/)
    })

    it("gets a new dependency into its lockfile, said in the receipt, and nothing else", (context) => {
      if (missing !== undefined) context.skip(missing)
      const changed = [one.lockfile, "package.json"].toSorted()
      assert.deepStrictEqual(rested.receipts["2"]?.filesModified, changed)
      assert.deepStrictEqual(rested.receipts["2"]?.warnings, [
        `The lockfile was brought in line with package.json (${one.sync}).`
      ])
      const commit = commitsOf(project.remote, "main")[2]?.sha ?? ""
      const files = git(project.remote, "diff-tree", "-r", "--no-commit-id", "--name-only", commit).trim()
      assert.sameMembers(files.split("\n"), [...changed, "tasks.md"])
      assert.notInclude(fileAt(project.remote, `${commit}^`, one.lockfile), "two")
      assert.include(fileAt(project.remote, commit, one.lockfile), "two")
    })

    it("installs what was pushed from a fresh clone; control: not with the lockfile of before", (context) => {
      if (missing !== undefined) context.skip(missing)
      const clone = join(project.directory, "clone")
      git(project.directory, "clone", "--quiet", "--branch", "main", project.remote, clone)
      call(clone, bin, one.install)
      call(clone, bin, [one.install[0] ?? "", "run", "build"])
      assert.isTrue(existsSync(join(clone, "word-1.txt")))
      const begin = commitsOf(project.remote, "main")[0]?.sha ?? ""
      writeFileSync(join(clone, one.lockfile), fileAt(project.remote, begin, one.lockfile))
      assert.throws(() => call(clone, bin, one.install))
    })
  })
}
