/**
 * The cheapest project that still goes the whole way: one file a task, and a check that reads them.
 */
import { roundsFromEnv } from "../../../packages/core/test/delivery/Random.ts"
import { independentTasks, makeWorld, type World } from "./world.ts"

const check = `for file in f-*.txt; do
  [ -e "$file" ] || continue
  grep -q '^change' "$file" || exit 1
done
`

/** A world of `count` tasks that take well under a second each. */
export const trivialWorld = (count: number): Promise<World> =>
  makeWorld({
    files: { "tasks.md": independentTasks(count), "check.sh": check },
    agent: `echo "change $DEVTEAM_TASK_ID" > "f-$DEVTEAM_TASK_ID.txt"`,
    verify: [["sh", "check.sh"]]
  })

/** How many random rounds: as the variable says, else a few under `DEVTEAM_QUICK`. */
export const rounds = (variable: string, full: number, quick: number): number =>
  roundsFromEnv(variable, process.env["DEVTEAM_QUICK"] === undefined ? full : quick)

/** The seed of this run: the same every time, unless `DEVTEAM_PUSH_SEED` gives another. */
export const seedOfRun = (): number => roundsFromEnv("DEVTEAM_PUSH_SEED", 48_271)
