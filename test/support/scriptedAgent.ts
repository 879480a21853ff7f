/**
 * A coding agent without a model: a shell program that does for each task what a test told it, and counts its calls.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"

/**
 * What it does in a round: `good` writes a file that builds, `bad` one that does not, `nothing` changes nothing,
 * `wait` prints `waiting` and does `good` once `release` was called, `fail` ends with code 3.
 */
export type Act = "good" | "bad" | "nothing" | "wait" | "fail"

/** An agent in a folder of its own. */
export interface ScriptedAgent {
  /** The absolute path of its program. */
  readonly program: string
  /** One entry a call, in order. */
  readonly calls: () => ReadonlyArray<{ readonly taskId: string; readonly round: number }>
  /** Waits until it was called so many times. */
  readonly called: (times: number) => Promise<void>
  /** Lets everybody who waits go on, now and later. */
  readonly release: () => void
}

const text = (directory: string): string => `#!/bin/sh
here='${directory}'
echo "$DEVTEAM_TASK_ID $DEVTEAM_ROUND" >> "$here/calls"
echo "agent works on $DEVTEAM_TASK_ID in round $DEVTEAM_ROUND"
act=good
for script in "$here/script/$DEVTEAM_TASK_ID" "$here/script/$DEVTEAM_TASK_ID.$DEVTEAM_ROUND"; do
  if [ -e "$script" ]; then act=$(cat "$script"); fi
done
if [ "$act" = wait ]; then
  echo waiting
  until [ -e "$here/released" ]; do sleep 0.05; done
fi
case "$act" in
  good|wait) echo "good $DEVTEAM_ROUND" > "word-$DEVTEAM_TASK_ID.txt" ;;
  bad) echo "BAD $DEVTEAM_ROUND" > "word-$DEVTEAM_TASK_ID.txt" ;;
  fail) exit 3 ;;
esac
`

/**
 * Makes an agent below `parent`. `script` says what it does, by task (`1.2`) or task and round (`1.2.1`, which goes
 * first); otherwise it does `good`.
 */
export const makeScriptedAgent = (
  parent: string,
  script: Readonly<Record<string, Act>> = {}
): ScriptedAgent => {
  const directory = join(parent, "agent")
  const program = join(directory, "agent.sh")
  mkdirSync(join(directory, "script"), { recursive: true })
  writeFileSync(program, text(directory), { mode: 0o755 })
  for (const [name, act] of Object.entries(script)) writeFileSync(join(directory, "script", name), act)
  const calls: ScriptedAgent["calls"] = () => {
    const file = join(directory, "calls")
    const lines = existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : []
    return lines.map((line) => {
      const [taskId = "", round = "0"] = line.split(" ")
      return { taskId, round: Number(round) }
    })
  }
  return {
    program,
    calls,
    called: async (times) => {
      // A shell in another process writes the file, so there is nothing but to look.
      while (calls().length < times) await sleep(20)
    },
    release: () => writeFileSync(join(directory, "released"), "")
  }
}
