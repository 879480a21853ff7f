/**
 * The project that both sides work on: two local packages to install, a build of a second or so, ten tasks, and an
 * agent that needs no model.
 *
 * Nothing comes from a network. The same bytes are made for both sides.
 */
import { execFileSync } from "node:child_process"
import { mkdirSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"

/** How many tasks the list has; their ids are 1 to this. */
export const taskCount = 10

/** Where the list is in the repository. */
export const listPath = "TASKS.md"

/** Who commits, on both sides. */
export const identity = { name: "Bench", email: "bench@example.com" }

const list = Array.from(
  { length: taskCount },
  (_, index) => `- [ ] ${index + 1} Add module ${index + 1} to the bundle`
).join("\n")

const manifest = {
  name: "bench-project",
  version: "1.0.0",
  private: true,
  type: "module",
  scripts: { build: "node build.js" },
  dependencies: {
    "bench-minify": "file:vendor/bench-minify.tgz",
    "bench-header": "file:vendor/bench-header.tgz"
  }
}

/** Bundles `src/`, minifies with one dependency, signs with the other, and compresses as for a web server. */
const build = `import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { brotliCompressSync } from "node:zlib"
import { header } from "bench-header"
import { minify } from "bench-minify"

const names = readdirSync("src").sort()
const parts = []
for (const name of names) {
  const text = readFileSync("src/" + name, "utf8")
  if (!text.includes("export const")) throw new Error("src/" + name + ": exports nothing")
  parts.push(minify(text))
}
mkdirSync("dist", { recursive: true })
const bundle = header(names.length) + parts.join("\\n")
writeFileSync("dist/bundle.js", bundle)
writeFileSync("dist/bundle.js.br", brotliCompressSync(Buffer.from(bundle)))
console.log("bundled " + names.length + " modules")
`

const packages: Readonly<Record<string, string>> = {
  "bench-minify": `export const minify = (text) => text.split("\\n").map((line) => line.trim()).filter(Boolean).join("\\n")\n`,
  "bench-header": `export const header = (count) => "/* " + count + " modules */\\n"\n`
}

/** Text that compresses like source code, the same every time. */
const moduleText = (seed: number): string => {
  let state = seed * 2_654_435_761
  const word = () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return (state >>> 8).toString(36)
  }
  const lines = Array.from(
    { length: 300 },
    (_, index) => `export const ${word()}_${index} = "${word()} ${word()}"`
  )
  return `${lines.join("\n")}\n`
}

/** One edit: a module named after the task. It reads its prompt, as an agent would. */
const agent = `#!/bin/sh
set -e
wc -c < "$1"
echo "export const task = \\"$DEVTEAM_TASK_ID\\"" > "src/task-$DEVTEAM_TASK_ID.js"
`

const run = (cwd: string, program: string, ...args: ReadonlyArray<string>): void => {
  execFileSync(program, [...args], {
    cwd,
    stdio: ["ignore", "ignore", "inherit"],
    env: cleanEnvironment(cwd)
  })
}

/** What both sides and the set-up run with: no npm settings of the caller, no git configuration, a home of its own. */
export const cleanEnvironment = (home: string): NodeJS.ProcessEnv => ({
  PATH: (process.env["PATH"] ?? "")
    .split(":")
    .filter((entry) => !entry.includes("node_modules"))
    .join(":"),
  HOME: home,
  LANG: "C.UTF-8",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null"
})

const packVendor = (directory: string, name: string, text: string): void => {
  const source = join(directory, "packages", name)
  mkdirSync(source, { recursive: true })
  writeFileSync(
    join(source, "package.json"),
    JSON.stringify({ name, version: "1.0.0", type: "module", exports: "./index.js" })
  )
  writeFileSync(join(source, "index.js"), text)
  run(source, "npm", "pack", "--silent", "--pack-destination", directory)
}

/** The bare remote and the agent below `directory`. */
export interface Sample {
  readonly remote: string
  readonly agent: string
}

/** Makes the project once; both sides get copies of its remote. */
export const makeSample = (directory: string): Sample => {
  const seed = join(directory, "seed")
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(seed, path)), { recursive: true })
    writeFileSync(join(seed, path), text)
  }
  mkdirSync(join(seed, "vendor"), { recursive: true })
  for (const [name, text] of Object.entries(packages)) {
    packVendor(directory, name, text)
    run(directory, "mv", `${name}-1.0.0.tgz`, join(seed, "vendor", `${name}.tgz`))
  }
  write("package.json", `${JSON.stringify(manifest, null, 2)}\n`)
  write(".gitignore", "node_modules\ndist\n")
  write("build.js", build)
  write(listPath, `# Bench\n\n${list}\n`)
  for (let index = 0; index < 60; index++) write(`src/module-${index}.js`, moduleText(index + 1))
  run(seed, "npm", "install", "--package-lock-only", "--offline", "--silent")
  const remote = join(directory, "remote.git")
  run(directory, "git", "init", "--quiet", "--bare", "--initial-branch=main", remote)
  run(seed, "git", "init", "--quiet", "--initial-branch=main")
  run(seed, "git", "add", "--all")
  const author = ["-c", `user.name=${identity.name}`, "-c", `user.email=${identity.email}`]
  run(seed, "git", ...author, "commit", "--quiet", "--message", "Begin")
  run(seed, "git", "push", "--quiet", remote, "main")
  const program = join(directory, "agent.sh")
  writeFileSync(program, agent, { mode: 0o755 })
  return { remote, agent: program }
}
