/**
 * How long `devteam --version` and `devteam serve` take to start, beside the least that Node can do: a script that
 * prints a version, and a server of node:http.
 *
 * A server has started when `/health` has answered. The packages are built and laid out as they are installed. The
 * first start, which has no code cache and makes the database, is told apart; the others have both, as a user has.
 * Usage: run.ts [repetitions, 11 by default] [--json].
 */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdirSync } from "node:fs"
import { get } from "node:http"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { alternating, inTemporaryFolder, machine, ratio, repetitionsFrom, values } from "../comparison.ts"
import { installIn } from "./installed.ts"

const names = ["--version", "bare script", "serve", "node:http"] as const
type Name = (typeof names)[number]

interface Result {
  readonly ms: number
}

const start = (home: string, argv: ReadonlyArray<string>) => {
  const child = spawn(process.execPath, [...argv], {
    cwd: home,
    env: { PATH: process.env["PATH"], HOME: home },
    stdio: ["ignore", "pipe", "ignore"]
  })
  return { child, exited: once(child, "exit") }
}

const ended = async (home: string, argv: ReadonlyArray<string>): Promise<number> => {
  const began = performance.now()
  const { child, exited } = start(home, argv)
  child.stdout.resume()
  const [code] = await exited
  if (code !== 0) throw new Error(`${argv.join(" ")} ended with ${String(code)}`)
  return performance.now() - began
}

const healthy = (url: string): Promise<void> =>
  new Promise((resolve, reject) => {
    get(`${url}/health`, (response) => {
      response.resume()
      response.on("end", () =>
        response.statusCode === 200 ? resolve() : reject(new Error(`answered ${response.statusCode}`))
      )
    }).on("error", reject)
  })

const listening = async (home: string, argv: ReadonlyArray<string>): Promise<number> => {
  const began = performance.now()
  const { child, exited } = start(home, argv)
  try {
    const [line] = await Promise.race([
      once(createInterface({ input: child.stdout }), "line"),
      exited.then(() => Promise.reject(new Error(`${argv.join(" ")} ended`)))
    ])
    await healthy((JSON.parse(String(line)) as { url: string }).url)
    return performance.now() - began
  } finally {
    child.kill("SIGTERM")
    await exited
  }
}

const starts = (folder: string): Record<Name, () => Promise<number>> => {
  const entry = installIn(folder)
  const home = join(folder, "home")
  mkdirSync(home)
  const script = (name: string) => join(import.meta.dirname, name)
  const manifest = join(entry, "..", "..", "package.json")
  const serve = ["serve", "--port", "0", "--json", "--data", join(home, "data")]
  const agent = ["--agent", "command", "--", "/bin/true"]
  return {
    "--version": () => ended(home, [entry, "--version"]),
    "bare script": () => ended(home, [script("bareVersion.mjs"), manifest]),
    serve: () => listening(home, [entry, ...serve, ...agent]),
    "node:http": () => listening(home, [script("bareServer.mjs")])
  }
}

const args = process.argv.slice(2)
const about = machine()
const measured = await inTemporaryFolder(async (folder) => {
  const start = starts(folder)
  const first = { version: await start["--version"](), serve: await start.serve() }
  const repetitions = await alternating<Name, Result>(
    repetitionsFrom(args, 11),
    names,
    async (name) => ({ ms: await start[name]() }),
    ({ ms }) => `${ms.toFixed(0)} ms`
  )
  return { first, repetitions }
})

const { first, repetitions } = measured
const rows = (what: string, pair: readonly [Name, Name], firstMs: number): ReadonlyArray<string> => [
  `${what}, ms`,
  ...pair.map((name) => `  ${name.padEnd(16)}${values(repetitions, name, ({ ms }) => ms, 0)}`),
  `  ratio           ${ratio(repetitions, pair, ({ ms }) => ms)}`,
  `  the first start ${firstMs.toFixed(0).padStart(9)}`,
  ""
]

process.stdout.write(
  args.includes("--json")
    ? `${JSON.stringify({ machine: about, ...measured }, null, 2)}\n`
    : [
        `${repetitions.length} alternating repetitions; medians, with the least and the most. ${about}`,
        "",
        ...rows("devteam --version", ["--version", "bare script"], first.version),
        ...rows("devteam serve, until /health has answered", ["serve", "node:http"], first.serve)
      ].join("\n")
)
