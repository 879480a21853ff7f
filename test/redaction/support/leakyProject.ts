/**
 * A project in which everybody tells secrets: the agent, the build, the remote, the URL.
 *
 * Four tasks: 1.1 is red once, so that its log goes into the next prompt; 1.2 writes a secret into its change; in 1.3
 * the agent says a secret as its reason for doing nothing; the push of 1.4 is refused with a secret in the words.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import {
  createBareRepository,
  setHook,
  startGitHttpServer
} from "../../../packages/adapters-git/test/support/GitHttpServer.ts"
import { git, makeBareRemote } from "../../support/bareRemote.ts"
import { makePlace, type ProcessEnd, startProgram } from "../../support/devteamProcess.ts"
import { withConsent } from "../../support/withConsent.ts"

const list = `Phase 1: Begin (Dependencies: [])

- 1.1 Talk about everything (Dependencies: [])
- 1.2 Write it down (Dependencies: [])
- 1.3 Do nothing (Dependencies: [])
- 1.4 Be refused (Dependencies: [])
`

/** By name. None has a shape that would give it away. */
export const canaries = {
  agent: "agent-Canary/7Qx+4 vL9'$zT2",
  build: "bUiLd~canary%0m3&kWq=8",
  url: "urlCanary@p/ss:W9 rd-5Tq",
  patch: "patchcanary5Hn2Zk81Wb",
  remote: "rem0teCanary-Yt6Gv3Lp"
} as const

/** A token that nobody told the runner about; its shape tells. */
export const shapedToken = `ghp_${"aB3dE5gH7j".repeat(4)}`

const variables = {
  SHOP_API_TOKEN: canaries.agent,
  BUILD_PASSWORD: canaries.build,
  PATCH_SECRET: canaries.patch,
  REMOTE_TOKEN: canaries.remote
}

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

/** Says a secret as it is, cut in two with time between, and in other forms. */
const tell = (value: string): string => {
  const cut = Math.floor(value.length / 2)
  const halves = [value.slice(0, cut), value.slice(cut)].map((part) => `printf %s ${quoted(part)}`)
  const forms = [
    ...["", "1", "22"].map((before) => Buffer.from(`${before}${value}`).toString("base64")),
    Buffer.from(value).toString("base64url"),
    encodeURIComponent(value),
    JSON.stringify({ secret: value })
  ]
  return [
    `echo "plain: "${quoted(value)}`,
    `${halves.join("; sleep 0.15; ")}; echo`,
    `{ ${halves.join("; sleep 0.15; ")}; echo; } >&2`,
    ...forms.map((form) => `echo "other: "${quoted(form)}`)
  ].join("\n")
}

/** The project, and what it was told. */
export interface LeakyProject {
  readonly directory: string
  readonly dataDirectory: string
  readonly bare: string
  readonly run: (failpoint?: string) => Promise<ProcessEnd>
  readonly command: (...args: ReadonlyArray<string>) => Promise<ProcessEnd>
  /** The repository's URL with another password. */
  readonly urlWith: (password: string) => string
  /** Every prompt that the agent was given, by task and round. */
  readonly prompts: () => Readonly<Record<string, string>>
  /** The environment that the build was given. */
  readonly buildEnvironment: () => string
  /** Command lines that held the URL's password while git talked to the server, but for that of `run` itself. */
  readonly seenInArguments: ReadonlyArray<string>
  readonly close: () => Promise<void>
}

const argumentsWith = (text: string): ReadonlyArray<string> =>
  readdirSync("/proc").flatMap((name) => {
    try {
      const line = /^\d+$/.test(name) ? readFileSync(`/proc/${name}/cmdline`, "utf8") : ""
      return line.includes(text) ? [line.replaceAll("\0", " ")] : []
    } catch {
      return []
    }
  })

/** Makes it. `program` is the command under test, or one without a redactor. */
export const makeLeakyProject = async (program: string): Promise<LeakyProject> => {
  const directory = mkdtempSync(join(tmpdir(), "devteam-redaction-"))
  const place = makePlace(directory)
  const remotes = join(directory, "remotes")
  const prompts = join(directory, "prompts")
  for (const path of [remotes, prompts]) mkdirSync(path)
  const bare = join(remotes, "shop.git")
  createBareRepository(bare)
  const seed = makeBareRemote(directory, { "tasks.md": list, "README.md": "A shop\n" })
  git(seed, "push", "--quiet", bare, "main")
  await setHook(
    bare,
    "pre-receive",
    `while read old new ref; do
  if git show -s --format=%B "$new" | grep -q 'DevTeam-Task: 1.4'; then
    echo "this branch is closed for ${canaries.remote}" >&2
    exit 1
  fi
done`
  )
  const agent = join(directory, "agent.sh")
  writeFileSync(
    agent,
    `#!/bin/sh
cp "$DEVTEAM_PROMPT_FILE" '${prompts}'/"$DEVTEAM_TASK_ID.$DEVTEAM_ROUND"
case $DEVTEAM_TASK_ID in
1.1)
${tell(canaries.agent)}
${tell(canaries.url)}
echo "from the environment: $SHOP_API_TOKEN"
echo ${shapedToken}
echo "round $DEVTEAM_ROUND" > done-1.1.txt ;;
1.2)
echo "secret = ${canaries.patch}" > "note-${canaries.patch}.txt" ;;
1.3)
echo "DEVTEAM: NOTHING-TO-DO since $SHOP_API_TOKEN" ;;
1.4)
echo done > done-1.4.txt ;;
esac
`,
    { mode: 0o755 }
  )
  const build = join(directory, "build.sh")
  writeFileSync(
    build,
    `#!/bin/sh
env > '${directory}/build-environment'
if grep -qs 'round 1' done-1.1.txt; then
${tell(canaries.build)}
echo "Error: cannot log in with "${quoted(canaries.build)} >&2
exit 1
fi
`,
    { mode: 0o755 }
  )
  const server = await startGitHttpServer({ root: remotes, username: "ada", password: canaries.url })
  const seenInArguments: Array<string> = []
  const encoded = encodeURIComponent(canaries.url)
  server.intercept = () => {
    const lines = [...argumentsWith(canaries.url), ...argumentsWith(encoded)]
    // The person wrote it into the arguments of `run` itself.
    seenInArguments.push(...lines.filter((line) => !/ run (--yes --deliver main )?http:/.test(line)))
    return false
  }
  const url = `${server.url.replace("//", `//ada:${encoded}@`)}/shop.git`
  writeFileSync(
    join(place.home, ".gitconfig"),
    `[user]\n\tname = Ada\n\temail = ada@example.com\n[credential]\n\thelper = store\n`
  )
  writeFileSync(join(place.home, ".git-credentials"), `${new URL(url).href.replace("/shop.git", "")}\n`)
  const command = (args: ReadonlyArray<string>, more: Readonly<Record<string, string>> = {}) =>
    startProgram(place, program, withConsent(args), {
      ...variables,
      DEVTEAM_DATA: place.dataDirectory,
      ...more
    }).ended
  const given = [
    "--agent-env",
    "SHOP_API_TOKEN",
    "--verify",
    build,
    "--agent",
    "command",
    "--",
    agent,
    "{prompt}"
  ]
  return {
    directory,
    dataDirectory: place.dataDirectory,
    bare,
    seenInArguments,
    run: (failpoint) =>
      command(
        ["run", url, "--project", "acme/shop", "--json", ...given],
        failpoint === undefined ? {} : { DEVTEAM_FAILPOINT: failpoint }
      ),
    command: (...args) => command(args),
    urlWith: (password) => url.replace(encoded, encodeURIComponent(password)),
    prompts: () =>
      Object.fromEntries(
        readdirSync(prompts).map((name) => [name, readFileSync(join(prompts, name), "utf8")])
      ),
    buildEnvironment: () => readFileSync(join(directory, "build-environment"), "utf8"),
    close: async () => {
      await server.close()
      rmSync(directory, { recursive: true, force: true, maxRetries: 3 })
    }
  }
}
