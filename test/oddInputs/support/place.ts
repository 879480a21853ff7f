/**
 * A project in a folder of its own, an agent that is a shell script, and the `devteam` command as a process on it.
 *
 * What came of a command is read past it: its journal from the database, its commits with plain git.
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
import { dirname, join } from "node:path"
import { evolve } from "@devteam/core/execution/evolve"
import { type Execution, initial, type State } from "@devteam/core/execution/State"
import { commitsOf, git, makeBareRemote } from "../../support/bareRemote.ts"
import { devteam, type Ended, type ProcessOptions } from "../../support/devteamCommand.ts"
import { journalsOf } from "../../support/journalOf.ts"

/** Text by path. */
export type Files = Readonly<Record<string, string>>

/** See the module. */
export interface Place {
  readonly directory: string
  /** The bare remote, and the project's `origin`. */
  readonly remote: string
  readonly data: string
  readonly clone: string
  /** A path in the place's folder. */
  readonly at: (...names: ReadonlyArray<string>) => string
  /** Any words; the data directory is added. */
  readonly call: (words: ReadonlyArray<string>, options?: Partial<ProcessOptions>) => Promise<Ended>
  /** `devteam run <repository> <words> --agent command -- <the script>`. */
  readonly run: (
    repository: string,
    words: ReadonlyArray<string>,
    options?: Partial<ProcessOptions>
  ) => Promise<Ended>
  /** Task and round of every call of the agent, in order. */
  readonly calls: () => ReadonlyArray<string>
  /** The newest execution, folded from its journal; undefined where nothing was started. */
  readonly newest: () => Execution | undefined
}

/** Proves that no text file says BAD, without npm. */
export const quick: ReadonlyArray<string> = ["--verify", "sh check.sh"]

const check = `if grep -q BAD *.txt; then echo "Error: a text file is bad" >&2; exit 1; fi\n`

/** Two tasks, and a build of one line. */
export const twoWords: Files = {
  "check.sh": check,
  "word.txt": "a word\n",
  "tasks.md": "- [ ] 1 Write a word\n- [ ] 2 Write another word\n"
}

/** Writes a file for each task. */
export const goodAgent = `echo "word $DEVTEAM_TASK_ID" > "word-$DEVTEAM_TASK_ID.txt"`

const prelude = `#!/bin/sh
here='HERE'
echo "$DEVTEAM_TASK_ID.$DEVTEAM_ROUND" >> "$here/calls"
cp "$DEVTEAM_PROMPT_FILE" "$here/prompt-$(wc -l < "$here/calls" | tr -d ' ').md"
person() { git -c user.name='A Person' -c user.email=person@example.com -C "$here/person" "$@"; }
`

const made: Array<string> = []

/** Removes every place that was made. */
export const removePlaces = (): void =>
  made.splice(0).forEach((directory) => rmSync(directory, { recursive: true, force: true, maxRetries: 5 }))

/**
 * Makes a place. In the agent's script `$here` is the place's folder, and `person` is git in the clone of a person,
 * `$here/person`; every prompt is kept as `prompt-<n>.md`.
 */
export const makePlace = (files: Files = twoWords, agent = goodAgent): Place => {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), "devteam-odd-")))
  made.push(directory)
  const at = (...names: ReadonlyArray<string>) => join(directory, ...names)
  const remote = makeBareRemote(directory, files)
  const [clone, data] = [at("clone"), at("data")]
  for (const folder of ["clone", "person"]) git(directory, "clone", "--quiet", remote, folder)
  writeFileSync(at("agent.sh"), `${prelude.replace("HERE", directory)}${agent}\n`, { mode: 0o755 })
  const call: Place["call"] = (words, options = {}) => {
    const end = words.indexOf("--")
    const own = end === -1 ? words : words.slice(0, end)
    return devteam([...own, "--data", data, ...(end === -1 ? [] : words.slice(end))], {
      directory,
      ...options
    })
  }
  return {
    directory,
    remote,
    data,
    clone,
    at,
    call,
    run: (repository, words, options) =>
      call(["run", repository, ...words, "--agent", "command", "--", at("agent.sh")], options),
    calls: () => (existsSync(at("calls")) ? readFileSync(at("calls"), "utf8").trim().split("\n") : []),
    newest: () =>
      existsSync(join(data, "devteam.sqlite"))
        ? journalsOf(data).at(-1)?.records.reduce<State>(evolve, initial)
        : undefined
  }
}

/** Writes files below a folder. */
export const write = (folder: string, files: Files): void => {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
}

/** How the newest execution stands, with its reason; `none` where there is none. */
export const statusOf = (place: Place): string => {
  const state = place.newest()
  if (state === undefined) return "none"
  const why = state.pause?.reason ?? state.error?.reason
  return why === undefined ? state.status : `${state.status} ${why}`
}

/** How its tasks came out, by id: with the reason where there is one. */
export const outcomesOf = (place: Place): Readonly<Record<string, string>> =>
  Object.fromEntries(
    (place.newest()?.outcomes ?? []).map(({ outcome, reason, taskId }) => [
      taskId,
      reason === undefined ? outcome : `${outcome} ${reason}`
    ])
  )

/** The tasks that have a commit on a branch, in its order. */
export const deliveredOn = (repository: string, branch: string): ReadonlyArray<string> =>
  commitsOf(repository, branch).flatMap(({ trailers }) => trailers["DevTeam-Task"] ?? [])
