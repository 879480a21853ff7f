/**
 * A project with two tasks to be run, killed and resumed, and what can be seen of it afterwards.
 *
 * The agent itself counts its invocations in a file; nothing is asked of the code under test.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { makeBareRemote } from "../../support/bareRemote.ts"
import {
  devteam,
  makePlace,
  type Place,
  type ProcessEnd,
  startProgram
} from "../../support/devteamProcess.ts"

const list = `Phase 1: Begin (Dependencies: [])

- 1.1 First (Dependencies: [])
- 1.2 Second (Dependencies: [1.1])
`

/** See the module. */
export interface Project extends Place {
  readonly remote: string
  /** Runs it, until the failpoint kills the process if there is one. */
  readonly run: (failpoint?: string) => Promise<ProcessEnd>
  readonly resume: (failpoint?: string) => Promise<ProcessEnd>
  /** The same two without a durable store of candidates; a resume that waits is killed after `patienceMs`. */
  readonly forgetful: (act: "run" | "resume", failpoint?: string, patienceMs?: number) => Promise<ProcessEnd>
  /** `<task> <round>` of each invocation of the agent, in order. */
  readonly invocations: () => ReadonlyArray<string>
  readonly remove: () => void
}

const environment = (failpoint: string | undefined): Readonly<Record<string, string>> =>
  failpoint === undefined ? {} : { DEVTEAM_FAILPOINT: failpoint }

/** Makes a project in a directory of its own. */
export const makeProject = (): Project => {
  const directory = mkdtempSync(join(tmpdir(), "devteam-crash-"))
  const place = makePlace(directory)
  const remote = makeBareRemote(directory, { "tasks.md": list, "README.md": "A project\n" })
  const count = join(directory, "invocations")
  const agent = join(directory, "agent.sh")
  writeFileSync(count, "")
  writeFileSync(
    agent,
    `#!/bin/sh
echo "$DEVTEAM_TASK_ID $DEVTEAM_ROUND" >> '${count}'
echo "working on $DEVTEAM_TASK_ID"
echo "done by the agent" > "done-$DEVTEAM_TASK_ID.txt"
`,
    { mode: 0o755 }
  )
  const verify = ["test", "-f", "README.md"]
  const run = ["run", remote, "--project", "acme/shop", "--verify", verify.join(" "), "--agent", "command"]
  return {
    ...place,
    remote,
    run: (failpoint) => devteam(place, [...run, "--", agent, "{prompt}"], environment(failpoint)),
    resume: (failpoint) => devteam(place, ["resume", "acme/shop"], environment(failpoint)),
    forgetful: async (act, failpoint, patienceMs = 60_000) => {
      const args = [act, place.dataDirectory, remote, agent, ...verify]
      const { child, ended } = startProgram(
        place,
        "../crash/support/forgetful.ts",
        args,
        environment(failpoint)
      )
      const timer = setTimeout(() => child.kill("SIGKILL"), patienceMs)
      return ended.finally(() => clearTimeout(timer))
    },
    invocations: () => readFileSync(count, "utf8").split("\n").slice(0, -1),
    remove: () => rmSync(directory, { recursive: true, force: true, maxRetries: 3 })
  }
}
