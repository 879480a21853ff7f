/**
 * One step from its start to its end, both in the journal.
 *
 * Meanwhile the journal is watched: a stop, or a pause with `now`, cuts an interruptible step off, and its whole
 * process tree is dead before that is said.
 */
import { Cause, Clock, Effect, Exit, Metric, Option, Ref, Stream } from "effect"
import type { Report } from "../execution/Command.ts"
import type { Interruption } from "../execution/Event.ts"
import type { Execution } from "../execution/State.ts"
import type { ExecutionId } from "../model/Ids.ts"
import type { PushMode, StepName } from "../model/Step.ts"
import { Control } from "../ports/Control.ts"
import { Failpoints } from "../ports/Failpoints.ts"
import { Journal } from "../ports/Journal.ts"
import type { Session } from "../steps/Session.ts"
import { failureOf, type StepError } from "../steps/StepError.ts"
import type { StepDefinition } from "../steps/stepTable.ts"
import { stepDuration } from "./metrics.ts"
import { orWarn } from "./orWarn.ts"
import { submit, submitIfUnchanged } from "./submit.ts"

type Ending = Report | { readonly _tag: "Stale" }

/** Ends with the reason as soon as the journal asks for an interruption. */
const interruption = (state: Execution) =>
  Effect.gen(function* () {
    const control = yield* Control
    const journal = yield* Journal
    const reason = (now: Execution): Interruption | undefined =>
      now.status === "stopping"
        ? "stopped"
        : now.status === "pausing" && now.pauseMode === "now"
          ? "paused"
          : undefined
    const found = yield* control.changes(state.projectId).pipe(
      Stream.mapEffect(() => Effect.orDie(journal.load(state.executionId))),
      Stream.map(reason),
      Stream.filter((value) => value !== undefined),
      Stream.runHead
    )
    return yield* Option.match(found, { onNone: () => Effect.never, onSome: Effect.succeed })
  })

const failed = (session: Session, error: StepError): Ending => {
  const failure = failureOf(error)
  if ("_tag" in failure) return { _tag: "Stale" }
  return { _tag: "FailStep", failure: { ...failure, message: session.redactor.text(failure.message) } }
}

/** A bug in a step ends the execution with its cause on record; it is never tried again and again. */
const defect = (session: Session, cause: Cause.Cause<unknown>): Ending => ({
  _tag: "FailStep",
  failure: {
    kind: "permanent",
    reason: "defect",
    error: "environment",
    message: session.redactor.text(`Internal error: ${Cause.pretty(cause).slice(0, 2_000)}`)
  }
})

const outcomeOf = (ending: Ending): string => {
  switch (ending._tag) {
    case "FailStep":
      return "failed"
    case "InterruptStep":
    case "Stale":
      return "interrupted"
    default:
      return "done"
  }
}

const run = Effect.fnUntraced(function* (
  definition: StepDefinition,
  state: Execution,
  session: Session,
  mode: PushMode | undefined
) {
  const work = definition.run({ state, session }, mode).pipe(
    Effect.exit,
    Effect.flatMap((exit): Effect.Effect<Ending> => {
      if (Exit.isSuccess(exit)) return Effect.succeed(exit.value)
      if (Cause.hasInterruptsOnly(exit.cause)) return Effect.interrupt
      const error = Cause.findErrorOption(exit.cause)
      return Effect.succeed(Option.isSome(error) ? failed(session, error.value) : defect(session, exit.cause))
    })
  )
  if (!definition.interruptible) return yield* work
  const cut = interruption(state).pipe(Effect.map((cause): Ending => ({ _tag: "InterruptStep", cause })))
  return yield* Effect.raceFirst(work, cut)
})

/** What is said when the whole worker is closed in the middle: nobody died, so it counts as no crash. */
const closed = (executionId: ExecutionId, session: Session) =>
  Effect.flatMap(Ref.get(session.lease), ({ epoch }) =>
    submit(executionId, { _tag: "InterruptStep", cause: "worker_closed" }, epoch)
  )

const finish = Effect.fnUntraced(function* (
  state: Execution,
  session: Session,
  step: StepName,
  ending: Ending,
  started: number
) {
  const failpoint = yield* Failpoints
  const seconds = ((yield* Clock.currentTimeMillis) - started) / 1000
  yield* Metric.update(Metric.withAttributes(stepDuration, { step, outcome: outcomeOf(ending) }), seconds)
  yield* Effect.logInfo("step ended", { outcome: ending._tag, seconds })
  if (ending._tag === "Stale") return false
  yield* failpoint(`${step}:ending`)
  yield* submit(state.executionId, ending, (yield* Ref.get(session.lease)).epoch)
  yield* failpoint(`${step}:ended`)
  return true
})

/**
 * Runs a step. False when this worker is stale and has to stop everything. What a step came to is journaled even when
 * the worker is being closed.
 */
export const runStep = (
  decidedOn: Execution,
  session: Session,
  step: StepName,
  definition: StepDefinition,
  mode: PushMode | undefined
) =>
  Effect.uninterruptibleMask((restore) =>
    Effect.gen(function* () {
      const failpoint = yield* Failpoints
      const { epoch } = yield* Ref.get(session.lease)
      const begin: Report = { _tag: "BeginStep", step, ...(mode === undefined ? {} : { mode }) }
      const state = yield* submitIfUnchanged(decidedOn, begin, epoch)
      if (state === undefined) return true
      const started = yield* Clock.currentTimeMillis
      const work = Effect.andThen(failpoint(`${step}:started`), run(definition, state, session, mode))
      const ending = yield* definition.interruptible
        ? restore(work).pipe(
            Effect.onInterrupt(() =>
              orWarn("saying that the step was cut off", closed(state.executionId, session))
            )
          )
        : work
      return yield* finish(state, session, step, ending, started)
    })
  ).pipe(
    Effect.annotateLogs({
      step,
      ...(decidedOn.inHand === undefined
        ? {}
        : { taskId: decidedOn.inHand.task.id, round: decidedOn.inHand.round })
    })
  )
