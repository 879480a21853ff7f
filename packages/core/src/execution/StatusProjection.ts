/**
 * What `GET status` answers: a flat view of the task context.
 *
 * One Schema is the stored row and the response, and it is a pure function of the state; built anew from the journal
 * it is the same. It never says more than the journal.
 */
import { Schema } from "effect"
import { ArtifactKey } from "../model/Candidate.ts"
import { ExecutionId, ProjectId } from "../model/Ids.ts"
import type { Limits } from "../model/Limits.ts"
import { Delivery } from "../model/Settings.ts"
import type { Execution } from "./State.ts"
import { Blocked, Totals } from "./Status.ts"

const Named = Schema.Struct({ id: Schema.String, title: Schema.String })
const Ended = Schema.Struct({
  id: Schema.String,
  title: Schema.String,
  reason: Schema.String,
  message: Schema.String
})
const Iso = Schema.String

/** The status of a project's newest execution. Times are ISO-8601 UTC; `progress` is per cent of the list. */
export const StatusProjection = Schema.Struct({
  projectId: ProjectId,
  executionId: ExecutionId,
  customerId: Schema.optionalKey(Schema.String),
  status: Schema.String,
  waiting: Schema.optionalKey(
    Schema.Struct({ reason: Schema.String, until: Schema.optionalKey(Iso), message: Schema.String })
  ),
  pause: Schema.optionalKey(Schema.Struct({ reason: Schema.String, message: Schema.String })),
  progress: Schema.Int,
  totals: Totals,
  currentTask: Schema.NullOr(Named),
  currentStep: Schema.NullOr(Schema.String),
  round: Schema.NullOr(Schema.Int),
  branch: Schema.NullOr(Schema.String),
  startedAt: Iso,
  updatedAt: Iso,
  endedAt: Schema.optionalKey(Iso),
  completed: Schema.Array(Schema.Struct({ id: Schema.String, title: Schema.String, commit: Schema.String })),
  failed: Schema.Array(Ended),
  held: Schema.Array(Ended),
  superseded: Schema.Array(Ended),
  /** Left as they are: people decided so. */
  skipped: Schema.Array(Named),
  /** Taken back by a later commit. */
  undone: Schema.Array(Schema.Struct({ id: Schema.String, title: Schema.String, commit: Schema.String })),
  /** Where verified tasks go; `from` is the branch that a delivery branch began at. */
  delivery: Schema.Struct({
    kind: Delivery,
    branch: Schema.NullOr(Schema.String),
    from: Schema.optionalKey(Schema.String)
  }),
  /** What the remote can do to keep a late push out; null until it was asked. */
  remote: Schema.NullOr(Schema.Struct({ fence: Schema.String, atomic: Schema.Boolean })),
  limits: Schema.Struct({
    taskCostUsd: Schema.Finite,
    executionCostUsd: Schema.Finite,
    taskTokens: Schema.optionalKey(Schema.Int),
    executionTokens: Schema.optionalKey(Schema.Int)
  }),
  /** What the task in hand left behind for people to read. */
  artifacts: Schema.Array(ArtifactKey),
  blocked: Schema.Array(Blocked),
  usage: Schema.Struct({ inputTokens: Schema.Int, outputTokens: Schema.Int, costUsd: Schema.Finite }),
  error: Schema.optionalKey(Schema.Struct({ reason: Schema.String, message: Schema.String })),
  unresolvedPush: Schema.Boolean
})
export type StatusProjection = typeof StatusProjection.Type

const iso = (millis: number): string => new Date(millis).toISOString()

const ended = (state: Execution, outcome: "failed" | "held" | "superseded") =>
  state.outcomes
    .filter((task) => task.outcome === outcome)
    .map((task) => ({
      id: task.taskId,
      title: task.title,
      reason: task.reason ?? outcome,
      message: task.message ?? ""
    }))

const committed = (state: Execution, outcome: "completed" | "undone") =>
  state.outcomes.flatMap((task) =>
    task.outcome === outcome && task.commit !== undefined
      ? [{ id: task.taskId, title: task.title, commit: task.commit }]
      : []
  )

const artifactsOf = ({ inHand }: Execution) =>
  [inHand?.prompt?.artifact, inHand?.previous?.log, inHand?.verdict?.log].filter((key) => key !== undefined)

const spendingLimits = ({ taskCostUsd, executionCostUsd, taskTokens, executionTokens }: Limits) => ({
  taskCostUsd,
  executionCostUsd,
  ...(taskTokens === undefined ? {} : { taskTokens }),
  ...(executionTokens === undefined ? {} : { executionTokens })
})

const percent = ({ completed, total }: Totals): number =>
  total === 0 ? 0 : Math.floor((completed * 100) / total)

/** The projection of a state. */
export const project = (state: Execution): StatusProjection => ({
  projectId: state.projectId,
  executionId: state.executionId,
  ...(state.userId === undefined ? {} : { customerId: state.userId }),
  status: state.status,
  ...(state.waiting === undefined ? {} : { waiting: { ...state.waiting, until: iso(state.waiting.until) } }),
  ...(state.pause === undefined ? {} : { pause: state.pause }),
  progress: percent(state.totals),
  totals: state.totals,
  currentTask:
    state.inHand === undefined ? null : { id: state.inHand.task.id, title: state.inHand.task.title },
  currentStep: state.active?.step ?? null,
  round: state.inHand?.round ?? null,
  branch: state.ready?.target ?? state.settings.repository.target ?? null,
  startedAt: iso(state.startedAt),
  updatedAt: iso(state.updatedAt),
  ...(state.endedAt === undefined ? {} : { endedAt: iso(state.endedAt) }),
  completed: committed(state, "completed"),
  failed: ended(state, "failed"),
  held: ended(state, "held"),
  superseded: ended(state, "superseded"),
  skipped: state.outcomes
    .filter(({ outcome }) => outcome === "skipped")
    .map(({ taskId: id, title }) => ({ id, title })),
  undone: committed(state, "undone"),
  delivery: {
    kind: state.settings.delivery,
    branch: state.ready?.target ?? null,
    ...(state.ready?.from === undefined ? {} : { from: state.ready.from })
  },
  remote:
    state.ready === undefined
      ? null
      : { fence: state.ready.capabilities.fence, atomic: state.ready.capabilities.atomic },
  limits: spendingLimits(state.settings.limits),
  artifacts: artifactsOf(state),
  blocked: state.blocked,
  usage: { inputTokens: state.inputTokens, outputTokens: state.outputTokens, costUsd: state.costUsd },
  ...(state.error === undefined ? {} : { error: state.error }),
  unresolvedPush: state.push !== undefined
})
