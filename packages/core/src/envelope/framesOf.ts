/**
 * The frames that a journal record gives: the journal drives what watchers see.
 *
 * Pure; the store numbers them in the journal's own transaction. Log output is not here: it becomes
 * `execution-log` frames as it comes.
 */
import type { Event, JournalRecord } from "../execution/Event.ts"
import type { Execution } from "../execution/State.ts"
import { project } from "../execution/StatusProjection.ts"
import type { FrameDraft, FrameType } from "./Frame.ts"

const typeOf = (event: Event): FrameType => {
  switch (event._tag) {
    case "ExecutionCompleted":
    case "Stopped":
      return "completion"
    case "ExecutionFailed":
    case "StepFailed":
    case "TaskFailed":
      return "error"
    default:
      return "execution-update"
  }
}

/** Fields too large or too private for watchers; they are in the journal and in artifacts. */
const shown = (event: Event): Readonly<Record<string, unknown>> => {
  switch (event._tag) {
    case "ExecutionRequested": {
      const { settings: _, inherited: _i, ...fields } = event
      return fields
    }
    case "Initialized": {
      const { template: _, ...fields } = event
      return fields
    }
    case "TaskSelected":
      return {
        _tag: event._tag,
        taskId: event.task.id,
        title: event.task.title,
        base: event.base,
        totals: event.totals
      }
    case "CandidatePrepared":
    case "TaskHeld": {
      const { candidate, ...fields } = event
      return { ...fields, filesModified: (candidate?.filesModified ?? []).slice(0, 100) }
    }
    default:
      return event
  }
}

/** The frame of one record, with the status as it is after it. */
export const frameOf = (record: JournalRecord, after: Execution): FrameDraft => {
  const { _tag: event, ...fields } = shown(record.event) as Readonly<Record<string, unknown>>
  const { status, progress, totals, currentTask, currentStep, round } = project(after)
  return {
    type: typeOf(record.event),
    at: record.at,
    payload: {
      executionId: after.executionId,
      correlationId: after.correlationId,
      seq: record.seq,
      event,
      status,
      progress,
      totals,
      currentTask,
      currentStep,
      round,
      // What the event itself says comes last: `RoundSpent` names the round that was spent, not the one after it.
      ...fields
    }
  }
}
