/**
 * A worker without a world: what it says is what steps could say, drawn at random.
 *
 * `obey` follows `next` the way the real worker does; `anything` says what no sane worker would.
 */
import type { Report } from "../../../src/execution/Command.ts"
import type { PushOutcome } from "../../../src/execution/Event.ts"
import type { Directive } from "../../../src/execution/next.ts"
import type { Execution } from "../../../src/execution/State.ts"
import type { Ordered } from "../../../src/model/Decision.ts"
import { TaskId } from "../../../src/model/Ids.ts"
import { type PushMode, StepName } from "../../../src/model/Step.ts"
import { sha } from "../../../src/testing/given.ts"
import type { Random } from "../../delivery/Random.ts"
import * as say from "../support/commands.ts"
import { candidate, prepared, redVerdict, verdict } from "../support/values.ts"

const taskNames = ["1.1", "1.2", "1.3", "1.4", "1.5"]

/** What becomes of what a person ordered. */
const ordered = (random: Random, order: Ordered): Report => {
  const name = { taskId: TaskId.make(order.taskId), title: order.title }
  const dice = random.int(10)
  if (dice === 0) return say.selection({ _tag: "Pointless", ...name, message: "done already" })
  if (dice === 1) return say.selection({ _tag: "Undeliverable", ...name, message: "its base is gone" })
  return say.selectedByOrder(order.taskId, order._tag)
}

const selection = (random: Random, state: Execution | undefined): Report => {
  const order = state?.ordered[0]
  if (order !== undefined && random.chance(0.9)) return ordered(random, order)
  const done = (state?.outcomes ?? [])
    .filter((task) => task.outcome === "completed")
    .map((task) => task.taskId)
  const open = taskNames.filter((id) => !done.includes(id))
  if (open.length > 0 && random.chance(0.85)) return say.selected(random.pick(open))
  return random.pick([
    say.allDone,
    say.nothingRunnable,
    say.selection({ _tag: "NothingRunnable", blocked: [] }),
    say.selection({ _tag: "ListInvalid", message: "duplicate id" }),
    say.selection({ _tag: "NoTasks", message: "no tasks" }),
    say.selection({ _tag: "UnknownTask", message: "no such task" }),
    say.selection({ _tag: "ListMissing", message: "no list" })
  ])
}

const implementation = (random: Random): Report =>
  random.chance(0.7)
    ? say.produced(random.int(40) / 10)
    : random.chance(0.8)
      ? say.spent(
          random.pick(["no_edit", "malformed_edit", "agent_failed", "agent_timeout"] as const),
          random.int(10) / 10
        )
      : say.implemented({ _tag: "Held", reason: "policy", message: "CI files", candidate: candidate() })

const verification = (random: Random): Report =>
  random.chance(0.65)
    ? say.verified()
    : random.pick([
        say.red,
        say.red,
        say.verified(verdict({ outcome: "unverified", commands: [] })),
        say.verified(redVerdict({ attribution: "baseline_broken" }))
      ])

const merging = (random: Random): Report =>
  random.chance(0.6)
    ? say.committed
    : random.pick([
        say.rebased,
        say.conflict,
        say.merged({ _tag: "Superseded", message: "ticked by others" }),
        say.merged({ _tag: "ListInvalid", message: "odd" })
      ])

const outcomes: ReadonlyArray<PushOutcome> = [
  { _tag: "Again" },
  { _tag: "NotPushed" },
  { _tag: "Regenerate", head: sha("9") },
  { _tag: "Regenerate", head: sha("9") },
  { _tag: "Removed" },
  { _tag: "TargetGone" },
  { _tag: "Superseded" },
  { _tag: "RefusedByPolicy", message: "protected" }
]

const pushing = (random: Random): Report =>
  random.chance(0.5)
    ? say.pushed({ _tag: "Landed", commit: prepared.commit })
    : say.pushed(random.pick(outcomes))

const failure = (random: Random): Report =>
  say.fail(
    random.pick(["infrastructure", "infrastructure", "remote", "remote", "quota", "permanent"] as const),
    random.chance(0.5) ? { error: "agent" } : {}
  )

const interruption = (random: Random): Report =>
  say.interrupt(random.pick(["crashed", "crashed", "crashed", "paused", "stopped", "worker_closed"] as const))

/** How a step ends that went well, or as well as its dice fell. */
const finish = (random: Random, step: StepName, intends: boolean, state: Execution | undefined): Report => {
  switch (step) {
    case "INITIALIZE":
      return say.initialized()
    case "SELECT":
      return selection(random, state)
    case "PREP":
      return say.prepDone
    case "PROMPT":
      return say.promptDone
    case "IMPLEMENT":
      return implementation(random)
    case "VERIFY":
      return verification(random)
    case "MERGE":
      return merging(random)
    case "PUSH":
      return intends
        ? say.intended({
            nonce: `n${random.int(1_000_000)}`,
            ...(state?.inHand === undefined ? {} : { taskId: state.inHand.task.id })
          })
        : pushing(random)
    case "REPORT":
      return say.reported(random.int(4))
  }
}

/** What a worker says next that obeys a directive; nothing where there is nothing to say. `unlucky`: it keeps dying. */
export const obey = (
  random: Random,
  directive: Directive,
  state: Execution,
  unlucky: boolean
): Report | undefined => {
  switch (directive._tag) {
    case "RunStep":
      return say.begin(directive.step, directive.mode)
    case "Recover": {
      const dice = random.int(100)
      // What matters most happens while a push is open, so the remote fails more often then.
      const usual = unlucky ? 5 : state.push === undefined ? 80 : 60
      if (dice < usual) return finish(random, directive.step, state.active?.mode === "intend", state)
      return dice < (unlucky ? 20 : 92) ? failure(random) : interruption(random)
    }
    case "WaitUntil":
      return say.endWait
    case "Settle":
      return say.settle
    case "Rest":
      return undefined
  }
}

/** Any report at any time. */
export const anything = (random: Random, state: Execution | undefined): Report => {
  const step = random.pick(StepName.literals)
  switch (random.int(6)) {
    case 0:
      return random.pick([say.endWait, say.settle])
    case 1:
      return failure(random)
    case 2:
      return interruption(random)
    case 3:
      return say.begin(step, random.pick<ReadonlyArray<PushMode>>([[], ["intend"], ["push"], ["resolve"]])[0])
    default:
      return finish(random, random.chance(0.3) ? "PUSH" : step, random.chance(0.5), state)
  }
}

/** The one thing to say that goes well: for the law that everything comes to an end. */
export const succeed = (directive: Directive, state: Execution): Report | undefined => {
  switch (directive._tag) {
    case "RunStep":
      return say.begin(directive.step, directive.mode)
    case "WaitUntil":
      return say.endWait
    case "Settle":
      return say.settle
    case "Rest":
      return undefined
    case "Recover":
      return success[state.active?.mode === "intend" ? "intend" : directive.step]
  }
}

const success: Record<StepName | "intend", Report> = {
  INITIALIZE: say.initialized(),
  SELECT: say.allDone,
  PREP: say.prepDone,
  PROMPT: say.promptDone,
  IMPLEMENT: say.produced(),
  VERIFY: say.verified(),
  MERGE: say.committed,
  PUSH: say.landed,
  REPORT: say.reported(),
  intend: say.intended()
}
