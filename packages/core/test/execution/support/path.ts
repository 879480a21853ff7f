/** The happy path of one task, cut off where a test wants to be. */
import type { Report } from "../../../src/execution/Command.ts"
import type { PushMode, StepName } from "../../../src/model/Step.ts"
import * as say from "./commands.ts"

type Stage = StepName | "PUSH:push"

const path: ReadonlyArray<readonly [Stage, StepName, PushMode | undefined, Report]> = [
  ["INITIALIZE", "INITIALIZE", undefined, say.initialized()],
  ["SELECT", "SELECT", undefined, say.selected()],
  ["PREP", "PREP", undefined, say.prepDone],
  ["PROMPT", "PROMPT", undefined, say.promptDone],
  ["IMPLEMENT", "IMPLEMENT", undefined, say.produced(0.1)],
  ["VERIFY", "VERIFY", undefined, say.verified()],
  ["MERGE", "MERGE", undefined, say.committed],
  ["PUSH", "PUSH", "intend", say.intended()],
  ["PUSH:push", "PUSH", "push", say.landed],
  ["REPORT", "REPORT", undefined, say.reported()]
]

const indexOf = (stage: Stage): number => path.findIndex(([name]) => name === stage)

/** The reports between the begin of one stage and the end of another; the ends included. */
export const stages = (first: Stage, last: Stage): ReadonlyArray<Report> =>
  path.slice(indexOf(first), indexOf(last) + 1).flatMap(([, step, mode, end]) => [say.begin(step, mode), end])

/** Everything that happens before a stage is begun. */
export const before = (stage: Stage, requested = say.start()): ReadonlyArray<say.Said> => [
  requested,
  ...path.slice(0, indexOf(stage)).flatMap(([, step, mode, end]) => [say.begin(step, mode), end])
]

/** Everything that happens until a stage runs. */
export const during = (stage: Stage, requested = say.start()): ReadonlyArray<say.Said> => {
  const [, step, mode] = path[indexOf(stage)] ?? []
  return step === undefined ? [] : [...before(stage, requested), say.begin(step, mode)]
}

/** A whole task from its SELECT on. */
export const wholeTask = (id: string, title: string, costUsd = 0.1): ReadonlyArray<Report> => [
  say.begin("SELECT"),
  say.selected(id, title),
  ...stages("PREP", "PROMPT"),
  say.begin("IMPLEMENT"),
  say.produced(costUsd),
  ...stages("VERIFY", "REPORT")
]

/** A task from its SELECT to its failure, where rounds = 1. */
export const failingTask = (id: string, title: string, costUsd?: number): ReadonlyArray<Report> => [
  say.begin("SELECT"),
  say.selected(id, title),
  ...stages("PREP", "PROMPT"),
  say.begin("IMPLEMENT"),
  say.spent("no_edit", costUsd)
]
