/**
 * Executions in every status of the lifecycle, as journals.
 */
import type { Event } from "@devteam/core/execution/Event"
import type { Column } from "@devteam/core/execution/transitions"
import type { Execution } from "@devteam/core/execution/State"
import { ExecutionId, ProjectId } from "@devteam/core/model/Ids"
import { Journal } from "@devteam/core/ports/Journal"
import { Projects } from "@devteam/core/ports/Projects"
import * as given from "@devteam/core/testing/given"
import { Effect } from "effect"
import { worldUrl } from "./testServer.ts"

const intent = {
  taskId: given.task().id,
  generation: 1,
  target: "main",
  base: given.sha("a"),
  commit: given.sha("d"),
  tree: given.sha("e"),
  fenceNew: given.sha("f"),
  nonce: "0",
  epoch: 1
}

const until = given.startedAt + 365 * 24 * 60 * 60 * 1000

const running = [given.initialized()]
const pauseRequested: Event = { _tag: "PauseRequested", mode: "step", by: "ada" }
const stopRequested: Event = { _tag: "StopRequested", by: "ada" }
const paused: Event = { _tag: "Paused", reason: "request", message: "Paused on request." }
const waitStarted: Event = { _tag: "WaitStarted", waiting: { reason: "backoff", until, message: "Later." } }
const pushing: ReadonlyArray<Event> = [
  given.initialized(),
  given.taskSelected(),
  { _tag: "PushIntended", intent },
  { _tag: "StepStarted", step: "PUSH", attempt: 1, mode: "push" },
  { _tag: "StepInterrupted", step: "PUSH", attempt: 1, cause: "crashed" }
]

const held: Event = {
  _tag: "TaskHeld",
  taskId: given.task().id,
  title: given.task().title,
  reason: "policy",
  message: "It changes CI files.",
  candidate: {
    base: given.sha("a"),
    tree: given.sha("d"),
    patch: { taskId: "1.1", round: 1, kind: "patch.aaaaaaaaaaaa" },
    filesModified: ["ci.yml"],
    empty: false
  }
}

/** What happened after the request, by status, and with the conditions that split some cells. */
export const histories: Readonly<
  Record<
    | Exclude<Column, "none">
    | "waiting"
    | "waitingWithPush"
    | "pausedWithPush"
    | "pausedByHeld"
    | "stoppedWithHeld",
    ReadonlyArray<Event>
  >
> = {
  initializing: [],
  running,
  waiting: [...running, waitStarted],
  waitingWithPush: [...pushing, waitStarted],
  pausing: [...running, given.stepStarted("SELECT"), pauseRequested],
  paused: [...running, pauseRequested, paused],
  pausedWithPush: [...pushing, pauseRequested, paused],
  stopping: [...running, given.stepStarted("SELECT"), stopRequested],
  stopped: [...running, stopRequested, { _tag: "Stopped" }],
  completed: [...running, given.executionCompleted],
  pausedByHeld: [...running, held, { _tag: "Paused", reason: "held", message: "Waiting for a decision." }],
  stoppedWithHeld: [...running, held, stopRequested, { _tag: "Stopped" }],
  error: [...running, { _tag: "ExecutionFailed", reason: "agent", message: "No.", blocked: [] }]
}

/** Makes a registered project with an execution of that history. */
export const seed = Effect.fnUntraced(function* (
  projectId: string,
  executionId: string,
  history: ReadonlyArray<Event>,
  rest: Parameters<typeof given.executionRequested>[0] = {}
) {
  const projects = yield* Projects
  const journal = yield* Journal
  const at = given.startedAt
  yield* projects.register({ projectId: ProjectId.make(projectId), url: worldUrl, registeredAt: at })
  const requested = given.executionRequested({
    projectId: ProjectId.make(projectId),
    executionId: ExecutionId.make(executionId),
    ...rest
  })
  const execution: Execution = yield* journal.create([requested, ...history], at)
  return execution
})
