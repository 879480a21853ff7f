/** The lives of executions that are recorded: what was asked and reported, second by second. */
import type { Report, Request } from "../../src/execution/Command.ts"
import * as shop from "./shop.ts"

type Said = Request | Report

const round = (id: string, number: number, head: string, passed = true): ReadonlyArray<Said> => [
  shop.begin("PROMPT"),
  shop.prompted(id, number),
  shop.begin("IMPLEMENT"),
  shop.changed(id, number, head),
  shop.begin("VERIFY"),
  shop.built(id, number, head, passed)
]
const select = (id: string, head: string): ReadonlyArray<Said> => [
  shop.begin("SELECT"),
  shop.picked(id, head),
  shop.begin("PREP"),
  shop.prepared
]
const mergeAndIntend = (id: string, head: string, generation = 1): ReadonlyArray<Said> => [
  shop.begin("MERGE"),
  shop.committed(id, head),
  shop.begin("PUSH", "intend"),
  shop.intended(id, head, generation)
]
const push = (id: string, head: string, completed: number): ReadonlyArray<Said> => [
  shop.begin("PUSH", "push"),
  shop.landed(id, head),
  shop.begin("REPORT"),
  shop.reported(completed)
]
const initialize: ReadonlyArray<Said> = [shop.begin("INITIALIZE"), shop.initialized]
const deliver = (id: string, head: string, completed: number): ReadonlyArray<Said> => [
  ...select(id, head),
  ...round(id, 1, head),
  ...mergeAndIntend(id, head),
  ...push(id, head, completed)
]

const twoTasks: ReadonlyArray<Said> = [
  shop.start("execution-1"),
  ...initialize,
  ...deliver("1.1", "head 0", 1),
  ...select("1.2", "head 1"),
  ...round("1.2", 1, "head 1", false),
  ...round("1.2", 2, "head 1"),
  ...mergeAndIntend("1.2", "head 1"),
  ...push("1.2", "head 1", 2),
  shop.begin("SELECT"),
  shop.found({ _tag: "AllDone", totals: { completed: 4, total: 4 } })
]

const pauseResumeCrash: ReadonlyArray<Said> = [
  shop.start("execution-2", { untilTask: "1.1" }),
  ...initialize,
  ...select("1.1", "head 0"),
  shop.begin("PROMPT"),
  shop.prompted("1.1", 1),
  shop.begin("IMPLEMENT"),
  shop.pause("step"),
  shop.pause("now"),
  { _tag: "InterruptStep", cause: "paused" },
  shop.resume,
  shop.begin("IMPLEMENT"),
  shop.died,
  shop.begin("IMPLEMENT"),
  shop.changed("1.1", 1, "head 0"),
  shop.begin("VERIFY"),
  {
    _tag: "FailStep",
    failure: { kind: "infrastructure", reason: "registry_unreachable", message: "npm ci: ECONNRESET" }
  },
  shop.waited,
  shop.begin("VERIFY"),
  shop.built("1.1", 1, "head 0"),
  ...mergeAndIntend("1.1", "head 0"),
  ...push("1.1", "head 0", 1),
  shop.resume,
  shop.stop,
  shop.settled
]

const unreachable: Report = {
  _tag: "FailStep",
  failure: { kind: "remote", reason: "unreachable", message: "git.example.test does not answer." }
}

const unresolvedPush: ReadonlyArray<Said> = [
  shop.start("execution-3"),
  ...initialize,
  ...select("1.1", "head 0"),
  ...round("1.1", 1, "head 0"),
  ...mergeAndIntend("1.1", "head 0"),
  shop.begin("PUSH", "push"),
  shop.stop,
  unreachable
]

const inheritedPush: ReadonlyArray<Said> = [
  shop.start(
    "execution-4",
    {},
    {
      executionId: shop.execution("execution-3"),
      taskTitle: "Add a cart",
      intent: shop.intent("1.1", "head 0"),
      capabilities: shop.capabilities
    }
  ),
  shop.begin("PUSH", "resolve"),
  unreachable,
  shop.waited,
  shop.begin("PUSH", "resolve"),
  shop.landed("1.1", "head 0"),
  ...initialize,
  ...deliver("1.2", "head 1", 2),
  shop.begin("SELECT"),
  shop.found({ _tag: "AllDone", totals: { completed: 4, total: 4 } })
]

const failuresAndBlocked: ReadonlyArray<Said> = [
  shop.start("execution-5", { limits: { rounds: 2 } }),
  ...initialize,
  ...select("1.1", "head 0"),
  ...round("1.1", 1, "head 0", false),
  shop.begin("PROMPT"),
  shop.prompted("1.1", 2),
  shop.begin("IMPLEMENT"),
  shop.noEdit("1.1", 2),
  ...deliver("2.1", "head 0", 1),
  shop.begin("SELECT"),
  shop.found({ _tag: "NothingRunnable", blocked: [{ id: "1.2", by: ["1.1"] }] })
]

const conflict: Report = {
  _tag: "FinishMerge",
  result: {
    _tag: "Conflict",
    base: shop.sha("head 1"),
    baseTree: shop.sha("head 1 tree"),
    files: ["src/cart.ts"],
    log: shop.key("1.1", 1, "conflict.txt")
  }
}

const movingTarget: ReadonlyArray<Said> = [
  shop.start("execution-6", { limits: { generations: 1 } }),
  ...initialize,
  ...select("1.1", "head 0"),
  ...round("1.1", 1, "head 0"),
  shop.begin("MERGE"),
  conflict,
  ...round("1.1", 1, "head 1"),
  ...mergeAndIntend("1.1", "head 1"),
  shop.begin("PUSH", "push"),
  shop.pushed({ _tag: "Regenerate", head: shop.sha("head 2") }),
  shop.waited,
  shop.begin("MERGE"),
  {
    _tag: "FinishMerge",
    result: {
      _tag: "Rebased",
      candidate: shop.candidate("1.1", 1, "head 2"),
      baseTree: shop.sha("head 2 tree"),
      durationMs: 80
    }
  },
  shop.begin("VERIFY"),
  shop.built("1.1", 1, "head 2"),
  ...mergeAndIntend("1.1", "head 2"),
  ...push("1.1", "head 2", 1),
  ...select("1.3", "head 3"),
  ...round("1.3", 1, "head 3"),
  shop.begin("MERGE"),
  { _tag: "FinishMerge", result: { _tag: "Superseded", message: "Somebody else ticked 1.3 in TASKS.md." } },
  ...select("2.1", "head 3"),
  ...round("2.1", 1, "head 3"),
  ...mergeAndIntend("2.1", "head 3"),
  shop.begin("PUSH", "push"),
  shop.pushed({ _tag: "RefusedByPolicy", message: "protected branch hook declined" }),
  shop.resume,
  shop.begin("SELECT"),
  shop.found({ _tag: "NothingRunnable", blocked: [] })
]

/** The stories by the name of their files. */
export const stories: Readonly<Record<string, ReadonlyArray<Said>>> = {
  "two-tasks": twoTasks,
  "pause-resume-crash": pauseResumeCrash,
  "unresolved-push": unresolvedPush,
  "inherited-push": inheritedPush,
  "failures-and-blocked": failuresAndBlocked,
  "moving-target": movingTarget
}
