/**
 * What the run says it did, held against what the remote has, and against what the example promised.
 *
 * Pure; the remote was read with plain git. A claim that does not hold says what was found instead.
 */
import type { JournalRecord } from "@devteam/core/execution/Event"
import type { Execution } from "@devteam/core/execution/State"
import { shortSha } from "../terminal/words.ts"
import type { RemoteState } from "./remoteState.ts"
import { expected } from "./sampleProject.ts"

/** `found` is there where the claim does not hold. */
export interface Claim {
  readonly claim: string
  readonly found?: string
}

const same = (a: ReadonlyArray<string>, b: ReadonlyArray<string>): boolean =>
  a.length === b.length && a.every((value, index) => value === b[index])

const held = (claim: string, problems: ReadonlyArray<string>): Claim =>
  problems.length === 0 ? { claim } : { claim, found: problems.join("; ") }

const listed = (ids: ReadonlyArray<string>): string => (ids.length === 0 ? "none" : ids.join(", "))

/** The tree that the last verification of each task was about. */
const verifiedTrees = (records: ReadonlyArray<JournalRecord>): ReadonlyMap<string, string> => {
  const trees = new Map<string, string>()
  let task = ""
  for (const { event } of records) {
    if (event._tag === "TaskSelected") task = event.task.id
    if (event._tag === "Verified" && event.verdict.outcome === "passed")
      trees.set(task, event.verdict.verifiedTree)
  }
  return trees
}

const story = (state: Execution): ReadonlyArray<string> => {
  const problems: Array<string> = []
  for (const outcome of ["completed", "failed"] as const) {
    const wanted = Object.entries(expected[outcome]).map(([id, { rounds }]) => `${id} in ${rounds}`)
    const got = state.outcomes
      .filter((task) => task.outcome === outcome)
      .map(({ rounds, taskId }) => `${taskId} in ${rounds}`)
      .toSorted()
    if (!same(wanted, got)) problems.push(`${outcome} are ${listed(got)}, not ${listed(wanted)}`)
  }
  const wanted = Object.entries(expected.blocked).map(([id, by]) => `${id} by ${by.join(", ")}`)
  const got = state.blocked.map(({ by, id }) => `${id} by ${by.join(", ")}`)
  if (!same(wanted, got)) problems.push(`blocked are ${listed(got)}, not ${listed(wanted)}`)
  return problems
}

/** All claims, in the order in which they are shown. `first` is the commit that the example itself made. */
export const checkClaims = (
  first: string,
  state: Execution,
  records: ReadonlyArray<JournalRecord>,
  remote: RemoteState
): ReadonlyArray<Claim> => {
  const done = state.outcomes.filter((task) => task.outcome === "completed")
  const doneIds = done.map((task) => task.taskId)
  const others = [
    ...state.outcomes.filter((task) => task.outcome !== "completed").map((task) => task.taskId),
    ...state.blocked.map((task) => task.id)
  ]
  const trees = verifiedTrees(records)
  const [begin, ...commits] = remote.commits
  const ticked = remote.commits.at(-1)?.ticked ?? []

  const oneEach = [
    ...done.flatMap(({ commit, taskId }) => {
      const own = commits.filter((found) => found.task === taskId && found.execution === state.executionId)
      return own.length === 1 && own[0]?.sha === commit
        ? []
        : [
            `${taskId} has ${listed(own.map((found) => shortSha(found.sha)))}, not ${shortSha(commit ?? "none")}`
          ]
    }),
    ...commits
      .filter((found) => !doneIds.includes(found.task))
      .map((found) => `${shortSha(found.sha)} is none of them`)
  ]
  const inLine = [
    ...(begin?.sha === first ? [] : [`it begins with ${shortSha(begin?.sha ?? "nothing")}`]),
    ...commits
      .filter((found, index) => !same(found.parents, [remote.commits[index]?.sha ?? ""]))
      .map((found) => `${shortSha(found.sha)} comes after ${listed(found.parents.map(shortSha))}`)
  ]
  const unproven = commits
    .filter((found) => found.tree !== trees.get(found.task))
    .map(
      (found) =>
        `${found.task}: tree ${shortSha(found.tree)}, built ${shortSha(trees.get(found.task) ?? "none")}`
    )
  const wrongTicks = commits.flatMap((found, index) => {
    const before = remote.commits[index]?.ticked ?? []
    const added = found.ticked.filter((id) => !before.includes(id))
    return same(added, [found.task]) && found.ticked.length === before.length + 1
      ? []
      : [`${shortSha(found.sha)} ticks ${listed(added)}`]
  })
  const leftOver = others.filter((id) => ticked.includes(id) || commits.some((found) => found.task === id))

  return [
    held("the tasks ended as promised: four done, one repaired, one failed, one blocked", story(state)),
    held(`${listed(doneIds)}: one commit each on main, with its trailers, and no other commits`, oneEach),
    held("each commit comes straight after the one before, from the first one on", inLine),
    held("each commit has exactly the tree that was built", unproven),
    held("each commit ticks its own task, and the list has no other ticks", wrongTicks),
    held(
      `${listed(others)}: no commit and no tick`,
      leftOver.map((id) => `there is something of ${id}`)
    )
  ]
}
