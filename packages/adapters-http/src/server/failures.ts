/**
 * The failures of an execution, each with where to look further. A failure's id is its number in the journal.
 */
import type { JournalRecord } from "@devteam/core/execution/Event"
import type { ExecutionId } from "@devteam/core/model/Ids"
import { Artifacts, type StoredArtifact } from "@devteam/core/ports/Artifacts"
import { Frames } from "@devteam/core/ports/Frames"
import { Journal } from "@devteam/core/ports/Journal"
import { Effect, Option } from "effect"
import { artifactRow } from "./executions.ts"
import { refusal } from "./Refusal.ts"

type FailureEvent = Extract<
  JournalRecord["event"],
  { readonly _tag: "StepFailed" | "RoundSpent" | "TaskFailed" | "TaskHeld" | "ExecutionFailed" }
>

const isFailure = (event: JournalRecord["event"]): event is FailureEvent =>
  ["StepFailed", "RoundSpent", "TaskFailed", "TaskHeld", "ExecutionFailed"].includes(event._tag)

/** Where the execution was: what was said last before a record. */
interface Place {
  readonly taskId: string | null
  readonly round: number | null
  readonly step: string | null
}

const nowhere: Place = { taskId: null, round: null, step: null }

const placeAfter = (place: Place, { event }: JournalRecord): Place => {
  switch (event._tag) {
    case "TaskSelected":
      return { taskId: event.task.id, round: 1, step: "SELECT" }
    case "StepStarted":
      return {
        taskId: event.taskId ?? place.taskId,
        round: event.round ?? place.round,
        step: event.step
      }
    case "TaskCompleted":
    case "TaskFailed":
    case "TaskHeld":
    case "TaskSuperseded":
      return nowhere
    default:
      return place
  }
}

const tailBytes = 8 * 1024

const end = (text: string): string => {
  const bytes = new TextEncoder().encode(text)
  return bytes.length <= tailBytes
    ? text
    : new TextDecoder().decode(bytes.subarray(bytes.length - tailBytes)).replace(/^\uFFFD+/, "")
}

/** The log that a round names, else the end of what the step printed. */
const logTail = Effect.fnUntraced(function* (executionId: ExecutionId, event: FailureEvent, place: Place) {
  if (event._tag === "RoundSpent" && event.log !== undefined) {
    const artifacts = yield* Artifacts
    const bytes = yield* artifacts.get(executionId, event.log, "public")
    if (Option.isSome(bytes)) return end(new TextDecoder().decode(bytes.value))
  }
  if (place.taskId === null || place.round === null || place.step === null) return ""
  const frames = yield* Frames
  const { taskId, round, step } = place
  const said = yield* frames.logs(executionId, { taskId, round, step })
  return end(said.map(({ frame }) => String(frame.payload["text"] ?? "")).join(""))
})

const ofRound = (place: Place) => (artifact: StoredArtifact) =>
  place.taskId !== null &&
  artifact.key.taskId === place.taskId &&
  (place.round === null || artifact.key.round === place.round)

const found = Effect.fnUntraced(function* (executionId: ExecutionId) {
  const journal = yield* Journal
  const { projectId } = yield* journal.load(executionId)
  const failures: Array<{
    readonly record: JournalRecord
    readonly event: FailureEvent
    readonly place: Place
  }> = []
  let place = nowhere
  for (const record of yield* journal.records(executionId, 0)) {
    const { event } = record
    if (isFailure(event)) failures.push({ record, event, place })
    place = placeAfter(place, record)
  }
  return { projectId, failures }
})

const answerOf = Effect.fnUntraced(function* (
  executionId: ExecutionId,
  { projectId, failures }: Effect.Success<ReturnType<typeof found>>,
  index: number
) {
  const failure = failures[index]
  if (failure === undefined) return yield* Effect.die(new Error("no such failure"))
  const { record, event, place } = failure
  const artifacts = yield* Artifacts
  const stored = yield* artifacts.list(executionId)
  return {
    errorId: String(record.seq),
    executionId,
    projectId,
    at: new Date(record.at).toISOString(),
    event: event._tag,
    step: event._tag === "StepFailed" ? event.step : place.step,
    taskId: place.taskId ?? ("taskId" in event ? event.taskId : null),
    round: place.round,
    reason: event.reason,
    message: event.message,
    logTail: yield* logTail(executionId, event, place),
    artifacts: stored.filter(ofRound(place)).map((artifact) => artifactRow(executionId, artifact))
  }
})

/** Every failure, oldest first. */
export const failuresOf = Effect.fnUntraced(function* (executionId: ExecutionId) {
  const all = yield* found(executionId)
  return { errors: yield* Effect.forEach(all.failures, (_, index) => answerOf(executionId, all, index)) }
})

/** One failure. */
export const failureOf = Effect.fnUntraced(function* (executionId: ExecutionId, errorId: string) {
  const all = yield* found(executionId)
  const index = all.failures.findIndex(({ record }) => String(record.seq) === errorId)
  if (index !== -1) return yield* answerOf(executionId, all, index)
  return yield* refusal(
    "unknown-error",
    `The execution ${executionId} has no failure ${errorId}. Ask for the list: /api/devteam/errors/${executionId}.`
  )
})
