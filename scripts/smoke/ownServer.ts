/**
 * A server to try: `devteam serve` as a process, with a data directory, a remote and an agent that exist for nothing
 * else. Nothing is ever pushed: the agent does not come to an end.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process"
import { once } from "node:events"
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

const command = join(import.meta.dirname, "..", "..", "packages", "cli", "bin", "devteam.js")

/** Where it is, and how it ends: `stop` answers what it ended with. */
export interface OwnServer {
  readonly url: string
  readonly token: string
  readonly repository: string
  readonly stop: () => Promise<string>
}

const git = (cwd: string, ...args: ReadonlyArray<string>) =>
  execFileSync("git", ["-c", "user.name=Smoke", "-c", "user.email=smoke@localhost", ...args], {
    cwd,
    stdio: ["ignore", "ignore", "pipe"],
    env: { PATH: process.env["PATH"], GIT_CONFIG_NOSYSTEM: "1", GIT_CONFIG_GLOBAL: "/dev/null" }
  })

const makeRemote = (directory: string): string => {
  const [remote, seed] = [join(directory, "remote.git"), join(directory, "seed")]
  git(directory, "init", "--quiet", "--bare", "--initial-branch=main", remote)
  git(directory, "init", "--quiet", "--initial-branch=main", seed)
  writeFileSync(join(seed, "tasks.md"), "- [ ] 1 A task that nobody ever does\n")
  git(seed, "add", "--all")
  git(seed, "commit", "--quiet", "--message", "Begin")
  git(seed, "push", "--quiet", remote, "main")
  return remote
}

const firstLine = async (child: ChildProcess): Promise<string> => {
  let text = ""
  for await (const chunk of child.stdout ?? []) {
    text += String(chunk)
    const end = text.indexOf("\n")
    if (end !== -1) return text.slice(0, end)
  }
  throw new Error(`devteam serve did not start; it ended with ${child.exitCode ?? child.signalCode}`)
}

/** Starts it on a free port. Its log goes to stderr only when it fails to start. */
export const startOwnServer = async (): Promise<OwnServer> => {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), "devteam-smoke-")))
  const [data, home] = [join(directory, "data"), join(directory, "home")]
  mkdirSync(home)
  const remove = () => rmSync(directory, { recursive: true, force: true, maxRetries: 5 })
  let child: ChildProcess | undefined
  try {
    const repository = makeRemote(directory)
    const agent = ["--agent", "command", "--", process.execPath, "-e", "setTimeout(() => {}, 1e9)"]
    const words = ["serve", "--port", "0", "--json", "--data", data, "--allow-repo", repository, ...agent]
    child = spawn(process.execPath, [command, ...words], {
      cwd: directory,
      env: { PATH: process.env["PATH"], HOME: home },
      stdio: ["ignore", "pipe", "pipe"]
    })
    let log = ""
    child.stderr?.setEncoding("utf8").on("data", (chunk: string) => (log += chunk))
    const running = child
    const ended = once(running, "close")
    const line = await firstLine(running).catch((error: unknown) => {
      throw new Error(`${error instanceof Error ? error.message : String(error)}\n${log}`)
    })
    const { url } = JSON.parse(line) as { readonly url: string }
    return {
      url,
      token: readFileSync(join(data, "token"), "utf8").trim(),
      repository,
      stop: async () => {
        running.kill("SIGTERM")
        await ended
        remove()
        if (running.exitCode !== 0) throw new Error(`it ended with ${running.exitCode ?? running.signalCode}`)
        return "exit 0"
      }
    }
  } catch (error) {
    child?.kill("SIGKILL")
    remove()
    throw error
  }
}
