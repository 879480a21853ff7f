/**
 * A machine as a stranger has it: a home in which nothing was ever done, Node, npm and git on the PATH, no agent, no
 * key, and a clone of a small project to stand in.
 */
import { execFile } from "node:child_process"
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import {
  createBareRepository,
  startGitHttpServer
} from "../../../packages/adapters-git/test/support/GitHttpServer.ts"
import { sampleProject } from "../../../packages/cli/src/example/sampleProject.ts"
import { git } from "../../support/bareRemote.ts"
import { bin, underTest } from "../../support/devteamCommand.ts"
import { linkTools } from "../../support/linkTools.ts"

/** What a command line printed, as it stands on a terminal, and its exit code. */
export interface Transcript {
  readonly text: string
  readonly code: number
}

/** A home of its own, and a clone in it. */
export interface Home {
  /** Runs a line in a shell in the clone. Without an `answer` there is no terminal to ask on. */
  readonly types: (line: string, answer?: string) => Promise<Transcript>
  /** Puts a program that can do the project's tasks there. */
  readonly addAgent: () => void
}

/** See the module. */
export interface Machine {
  readonly makeHome: () => Home
  readonly close: () => Promise<void>
}

/** A folder with what every Node project needs, to be all of PATH. */
const makeTools = (directory: string): string => {
  const folder = linkTools(join(directory, "tools"), ["env", "git", "npm", "npx", "sh"])
  symlinkSync(process.execPath, join(folder, "node"))
  return folder
}

const list = `Phase 1: First pages (Dependencies: [])

- [x] 1.1 Show the opening hours on the start page (Dependencies: [])
- 1.2 Add a page about the bread (Dependencies: [1.1])

Phase 2: Shop (Dependencies: [1])

- 2.1 Add a contact page with the phone number (Dependencies: [])
`

/** The example's website, with a list of three tasks of which one is done. */
const files: Readonly<Record<string, string>> = {
  ...sampleProject,
  "pages/index.html": "<h1>{{shop.name}}</h1>\n<p>Open from {{shop.opens}} to {{shop.closes}}</p>\n",
  "data/shop.json": `${JSON.stringify({ name: "Corner Bakery", telephone: "555 0123", opens: "6:30", closes: "18:00" })}\n`,
  "wbs.md": list
}

const agent = join(import.meta.dirname, "..", "..", "..", "packages", "cli", "src", "example", "agent.ts")

const makeRemote = (directory: string): string => {
  const seed = join(directory, "seed")
  const remote = join(directory, "remotes", "acme", "bakery.git")
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(seed, path)), { recursive: true })
    writeFileSync(join(seed, path), text)
  }
  git(directory, "init", "--quiet", "--initial-branch=main", seed)
  git(seed, "add", "--all")
  git(seed, "commit", "--quiet", "--message", "Begin the website")
  mkdirSync(dirname(remote), { recursive: true })
  createBareRepository(remote)
  git(seed, "push", "--quiet", remote, "main")
  return remote
}

/** Makes the machine. What it prints of itself reads as if the project were on GitHub and the home `/home/you`. */
export const makeMachine = async (): Promise<Machine> => {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), "devteam-readme-")))
  const remote = makeRemote(directory)
  const path = makeTools(directory)
  const server = await startGitHttpServer({ root: join(directory, "remotes") })
  let homes = 0
  const makeHome = (): Home => {
    const home = join(directory, `home-${homes++}`)
    const clone = join(home, "bakery")
    mkdirSync(home)
    git(directory, "clone", "--quiet", remote, clone)
    git(clone, "remote", "set-url", "origin", `${server.url}/acme/bakery.git`)
    const installed = join(clone, "node_modules", ".bin")
    mkdirSync(installed, { recursive: true })
    const shown = (text: string) =>
      text
        .replaceAll(home, "/home/you")
        .replaceAll(server.url, "https://github.com")
        .replaceAll("127.0.0.1", "github.com")
    const types: Home["types"] = (line, answer) => {
      const entry = answer === undefined ? bin : underTest
      writeFileSync(join(installed, "devteam"), `#!/bin/sh\nexec node '${entry}' "$@"\n`, { mode: 0o755 })
      const env = {
        PATH: path,
        HOME: home,
        NODE_COMPILE_CACHE: join(tmpdir(), "devteam-test-compile-cache"),
        npm_config_update_notifier: "false",
        ...(answer === undefined ? {} : { DEVTEAM_ANSWER: answer })
      }
      return new Promise((resolve) => {
        execFile(
          "sh",
          ["-c", `{ ${line}\n} 2>&1`],
          { cwd: clone, env, timeout: 120_000 },
          (error, stdout) => {
            const code = error === null ? 0 : typeof error.code === "number" ? error.code : -1
            resolve({ text: shown(stdout), code })
          }
        )
      })
    }
    return {
      types,
      addAgent: () =>
        writeFileSync(join(clone, "my-agent"), `#!/bin/sh\nexec node '${agent}' "$@"\n`, { mode: 0o755 })
    }
  }
  return {
    makeHome,
    close: async () => {
      await server.close()
      rmSync(directory, { recursive: true, force: true, maxRetries: 5 })
    }
  }
}
