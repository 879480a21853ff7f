/**
 * Makes this process the worker of an execution, until it rests or somebody else has it.
 *
 * The first Ctrl-C asks for a pause after the running step, the second for one at once; both are ordinary requests, so
 * whatever happens afterwards is in the journal. The exit code says how it came out.
 */
import type { Execution } from "@devteam/core/execution/State"
import type { ProjectId } from "@devteam/core/model/Ids"
import type { LeaseOwner } from "@devteam/core/ports/Leases"
import { Journal } from "@devteam/core/ports/Journal"
import { drive } from "@devteam/core/worker/drive"
import { forgetOld } from "@devteam/core/worker/forget"
import { request } from "@devteam/core/worker/request"
import { Effect, Queue, Stream } from "effect"
import { ExitWith, exitCodes } from "../ExitWith.ts"
import { Invocation } from "../Invocation.ts"
import { deliveredLines } from "./delivered.ts"
import { exitOfState } from "./exitOfState.ts"
import { ctrlC } from "./progress.ts"
import { nextSteps, summaryTable, verdictOf } from "./summary.ts"
import { watch, type WatchFrom } from "./watch.ts"

/** What is worked on, and how it is shown. */
export interface WorkHere {
  readonly state: Execution
  readonly from: WatchFrom
  readonly json: boolean
  /** The words that go on with it after a pause. */
  readonly resumeCommand: ReadonlyArray<string>
}

const pauseOnSignal = Effect.fnUntraced(function* (projectId: ProjectId) {
  const { output, signals } = yield* Invocation
  const counts = yield* Queue.unbounded<number>()
  yield* signals.intercept((count) => Queue.offerUnsafe(counts, count))
  const react = Effect.fnUntraced(function* (count: number) {
    const mode = count === 1 ? "step" : "now"
    const submitted = yield* request(projectId, { _tag: "Pause", mode, by: ctrlC })
    if (submitted.after.status === "paused") return
    output.say(
      count === 1
        ? "Pausing as soon as this step is done. Press Ctrl-C again to interrupt it."
        : count === 2
          ? "Interrupting this step (a push is never interrupted; it takes at most a minute)."
          : "Still ending this step."
    )
  })
  // It has ended by itself meanwhile: nothing to pause.
  const quietly = (count: number) => Effect.ignore(react(count))
  yield* Effect.forkScoped(Stream.runForEach(Stream.fromQueue(counts), quietly))
})

/** Another process may only just be letting go of the project, so a moment is waited before it is believed busy. */
const driveOrYield = Effect.fnUntraced(function* (state: Execution) {
  for (let tries = 0; ; tries++) {
    const result = yield* drive(state.executionId)
    if (result._tag !== "Busy" || tries === 3) return result
    yield* Effect.sleep("200 millis")
  }
})

/** Who holds a project, for people. */
const describeOwner = (owner: LeaseOwner | undefined): string =>
  owner === undefined ? "another process" : `process ${owner.pid} on ${owner.host}`

/** Works, and ends with the exit code. */
export const workHere = Effect.fn("workHere")(function* ({ state, from, json, resumeCommand }: WorkHere) {
  const journal = yield* Journal
  const { output, signals } = yield* Invocation
  const result = yield* Effect.scoped(
    Effect.gen(function* () {
      yield* pauseOnSignal(state.projectId)
      yield* Effect.forkScoped(forgetOld)
      const watcher = yield* watch(state, from, json)
      return yield* Effect.tap(driveOrYield(state), () => watcher.finish)
    })
  )
  const after = yield* journal.load(state.executionId)
  if (result._tag === "Busy") {
    output.say(
      `${state.projectId} goes on in ${describeOwner(result.owner)}. Follow it with: devteam logs -f ${state.projectId}`
    )
    return
  }
  if (!json) summaryTable(after, output.dataStyle).forEach(output.data)
  output.say(verdictOf(after))
  deliveredLines(after).forEach(output.say)
  nextSteps(after, resumeCommand).forEach(output.say)
  const code = signals.received() ? exitCodes.interrupted : exitOfState(after)
  if (code !== exitCodes.done) return yield* new ExitWith({ code, message: "" })
})
