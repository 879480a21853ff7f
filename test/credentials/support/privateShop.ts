/**
 * A private project and a person who may use it: a remote, a home, an agent with a key, and a build; all of them say
 * where they are, so that what can be seen of them is looked at.
 */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createBareRepository, setHook } from "../../../packages/adapters-git/test/support/GitHttpServer.ts"
import { git, makeBareRemote } from "../../support/bareRemote.ts"
import { makePlace, type Place, type ProcessEnd, startProgram } from "../../support/devteamProcess.ts"
import { journalsOf } from "../../support/journalOf.ts"
import { withConsent } from "../../support/withConsent.ts"
import { type Hit, hitsIn } from "../../redaction/support/canaries.ts"
import { filesBelow, gitObjects } from "../../redaction/support/sinks.ts"
import { type Sampler, startSampler } from "./sampler.ts"

/** Of the agent, given by name; no shape gives it away. */
export const agentKey = "agentKey-C4nary/9Wq+2 tR"

const list = `Phase 1: Words (Dependencies: [])

- 1.1 First word (Dependencies: [])
- 1.2 Second word (Dependencies: [1.1])
`

const manifest = {
  name: "shop",
  version: "1.0.0",
  private: true,
  scripts: { prepare: "sh build.sh install", build: "sh build.sh build" }
}

const lockfile = {
  name: "shop",
  version: "1.0.0",
  lockfileVersion: 3,
  requires: true,
  packages: { "": { name: "shop", version: "1.0.0", hasInstallScript: true } }
}

/** See the module. */
export interface PrivateShop {
  readonly directory: string
  readonly place: Place
  /** A folder of bare repositories with `shop.git` in it. */
  readonly remotes: string
  readonly bare: string
  readonly sampler: Sampler
  /** Adds to the person's own configuration of git. */
  readonly configure: (text: string) => void
  /** The command, with the agent's key in its environment. */
  readonly devteam: (
    args: ReadonlyArray<string>,
    environment?: Readonly<Record<string, string>>
  ) => Promise<ProcessEnd>
  /** What `run` is told behind the repository. */
  readonly runOptions: ReadonlyArray<string>
  /** The tasks for which the agent was called, in order. */
  readonly agentCalls: () => ReadonlyArray<string>
  /** The subjects on the remote's branch, the oldest first. */
  readonly delivered: () => ReadonlyArray<string>
  /** The newest execution: how it stands (`none` where nothing was ever started), and its events by name. */
  readonly execution: () => { readonly status: string; readonly events: ReadonlyArray<string> }
  /** Where canaries (by name) are in what a run leaves behind, shows, or gives to others. */
  readonly hits: (
    canaries: Readonly<Record<string, string>>,
    ends: ReadonlyArray<ProcessEnd>
  ) => ReadonlyArray<Hit>
  readonly close: () => void
}

const textOf = (file: string): string => {
  try {
    return readFileSync(file, "utf8")
  } catch {
    return ""
  }
}

/** Makes it. Processes that match `watchFor` have their environments read at every meeting. */
export const makePrivateShop = async (watchFor?: RegExp): Promise<PrivateShop> => {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), "devteam-credentials-")))
  const place = makePlace(directory)
  const sampler = startSampler(directory, watchFor)
  const remotes = join(directory, "remotes")
  const bare = join(remotes, "shop.git")
  mkdirSync(remotes)
  createBareRepository(bare)
  const seed = makeBareRemote(directory, {
    "tasks.md": list,
    "package.json": JSON.stringify(manifest),
    "package-lock.json": JSON.stringify(lockfile),
    "build.sh": `${sampler.meetAt}\nmeet "$1"\n`
  })
  git(seed, "push", "--quiet", bare, "main")
  // The client's git is there as long as the hook is.
  await setHook(bare, "pre-receive", `${sampler.meetAt}\nmeet push\n`)
  const agent = join(directory, "agent.sh")
  writeFileSync(
    agent,
    `#!/bin/sh
echo "$DEVTEAM_TASK_ID" >> '${directory}/agent-calls'
${sampler.meetAt}
meet agent
echo "word" > "word-$DEVTEAM_TASK_ID.txt"
`,
    { mode: 0o755 }
  )
  const running = new Set<() => void>()
  return {
    directory,
    place,
    remotes,
    bare,
    sampler,
    configure: (text) => writeFileSync(join(place.home, ".gitconfig"), text, { flag: "a" }),
    devteam: async (args, environment = {}) => {
      const started = startProgram(place, "../../packages/cli/bin/devteam.js", withConsent(args), {
        SHOP_AGENT_KEY: agentKey,
        NODE_COMPILE_CACHE: join(tmpdir(), "devteam-test-compile-cache"),
        ...environment
      })
      const kill = () => void started.child.kill("SIGKILL")
      running.add(kill)
      const end = await started.ended
      running.delete(kill)
      return end
    },
    runOptions: [
      "--project",
      "acme/shop",
      "--agent-env",
      "SHOP_AGENT_KEY",
      "--agent",
      "command",
      "--",
      agent
    ],
    agentCalls: () =>
      textOf(join(directory, "agent-calls"))
        .split("\n")
        .filter((line) => line !== ""),
    delivered: () => git(bare, "log", "--reverse", "--format=%s", "main").trim().split("\n"),
    execution: () => {
      const stored = existsSync(join(place.dataDirectory, "devteam.sqlite"))
      const newest = stored ? journalsOf(place.dataDirectory, "acme/shop").at(-1) : undefined
      return {
        status: newest?.status ?? "none",
        events: newest?.records.map(({ event }) => event._tag) ?? []
      }
    },
    hits: (canaries, ends) => {
      const sinks = [
        ...filesBelow(place.dataDirectory),
        ...gitObjects(bare),
        ...ends.flatMap(({ stdout, stderr }) => [
          { where: "stdout", bytes: stdout },
          { where: "stderr", bytes: stderr }
        ]),
        ...sampler.commandLines().map((bytes) => ({ where: "arguments", bytes })),
        ...["install", "build", "agent"].flatMap((name) =>
          sampler.environments(name).map((text) => ({
            where: `environment of ${name}`,
            bytes: name === "agent" ? text.replace(`SHOP_AGENT_KEY=${agentKey}\n`, "") : text
          }))
        )
      ]
      return sinks.flatMap(({ where, bytes }) => hitsIn(where, bytes, canaries))
    },
    close: () => {
      for (const kill of running) kill()
      sampler.close()
      rmSync(directory, { recursive: true, force: true, maxRetries: 5 })
    }
  }
}

/** The commands that show what was done. */
export const looksAt = async (shop: PrivateShop): Promise<ReadonlyArray<ProcessEnd>> => {
  const ends: Array<ProcessEnd> = []
  for (const words of [["status"], ["logs"], ["show", "1.1", "--project"]]) {
    ends.push(await shop.devteam([...words, "acme/shop", "--json"]))
  }
  return ends
}
