/**
 * What the example says before and after its run.
 */
import type { Style } from "../terminal/style.ts"
import { commandLine, quoted, shortSha } from "../terminal/words.ts"
import type { Claim } from "./claims.ts"
import type { Place } from "./place.ts"
import type { RemoteState } from "./remoteState.ts"
import { listPath, missingFile } from "./sampleProject.ts"

/** The words of the run that the example makes. */
export const runWords = (devteam: string, place: Place, repository: string): ReadonlyArray<string> => [
  ...devteam.split(" "),
  "run",
  repository,
  "--yes",
  "--deliver",
  "main",
  "--agent",
  "command",
  "--",
  place.agent,
  "{prompt}"
]

/** What will happen, and where. */
export const introduction = (place: Place): ReadonlyArray<string> => [
  "This makes a small Node project and runs devteam on it. Everything is in one new folder, and nothing leaves this",
  `machine:`,
  "",
  `  ${place.directory}`,
  `    bakery.git   the remote, a bare repository: a bakery's website, its build, and six tasks in ${listPath}`,
  "    website      a clone of it, for you",
  "    agent        a script in the place of a coding agent; it needs no model",
  "    data         devteam's data directory",
  "",
  "Each task goes the whole way: clone, prompt, agent, npm ci, npm run build, one commit, push, tick. One of them breaks",
  "the build at first and is repaired with the failing log; one cannot be done, and blocks the task that needs it.",
  "It takes well under a minute.",
  ""
]

const heading = (text: string, style: Style): ReadonlyArray<string> => ["", style.bold(text)]

const claimLine = ({ claim, found }: Claim, style: Style): string =>
  found === undefined ? `  ${style.good("✓")} ${claim}` : `  ${style.bad("✗")} ${claim}\n      but: ${found}`

/** What the remote has, and whether it is what the run says. */
export const findings = (
  remote: RemoteState,
  claims: ReadonlyArray<Claim>,
  style: Style
): ReadonlyArray<string> => [
  ...heading("The remote's log, newest first (git log main):", style),
  ...remote.commits.toReversed().map(({ sha, subject }) => `  ${style.dim(shortSha(sha))}  ${subject}`),
  ...heading(`The list on the remote (git show main:${listPath}):`, style),
  ...remote.list
    .trim()
    .split("\n")
    .map((line) => `  ${line.startsWith("- [x]") ? style.good(line) : line}`),
  ...heading("Looked up on the remote with plain git:", style),
  ...claims.map((claim) => claimLine(claim, style))
]

/** What to try now; every line is a command that works. */
export const suggestions = (devteam: string, place: Place, style: Style): ReadonlyArray<string> => {
  const git = `git -C ${quoted(place.clone)}`
  const row = (command: string, note: string) => `  ${command.padEnd(24)}  ${style.dim(`# ${note}`)}`
  return [
    ...heading("Try next:", style),
    `  export DEVTEAM_DATA=${quoted(place.dataDirectory)}`,
    row(`${devteam} status`, "how the project stands, and why 2.3 is blocked"),
    row(`${devteam} show 2.1`, "how the build was repaired: prompts, agent, diff, builds, commit"),
    row(`${devteam} show 2.2`, "what was tried, and what the build said"),
    "",
    "  2.2 failed because nobody had said what things cost. Say it, and the rest of the list gets done:",
    `  ${git} pull --quiet`,
    `  echo ${quoted(missingFile.text)} > ${quoted(`${place.clone}/${missingFile.path}`)}`,
    `  ${git} add . && ${git} commit --quiet --message "Say what things cost" && ${git} push --quiet`,
    `  ${commandLine(runWords(devteam, place, place.clone))}`,
    "",
    "  Then your own repository, with your own agent:",
    `  ${devteam} run <repository> --agent command -- ./my-agent {prompt}`,
    "",
    `  Everything of this example goes away with: rm -rf ${quoted(place.directory)}`
  ]
}
