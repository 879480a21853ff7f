/**
 * What the API answers when it is asked how things are.
 *
 * The status is the core's own projection: one Schema is the stored row and the response.
 */
import { StatusProjection } from "@devteam/core/execution/StatusProjection"
import { ExecutionId, ProjectId } from "@devteam/core/model/Ids"
import { Task } from "@devteam/core/model/Task"
import { Schema } from "effect"

const Iso = Schema.String.annotate({ description: "ISO-8601, UTC." })

/** A registered project that never had an execution. */
export const IdleStatus = Schema.Struct({
  projectId: ProjectId,
  status: Schema.Literal("idle"),
  progress: Schema.Int,
  totals: Schema.Struct({ completed: Schema.Int, total: Schema.Int })
}).annotate({ identifier: "IdleStatus" })

/** How a project's newest execution stands. */
export const Status = Schema.Union([StatusProjection.annotate({ identifier: "Status" }), IdleStatus])

/** What became of pause, resume or stop. `changed: false`: it was so already. */
export const RequestAnswer = Schema.Struct({
  projectId: ProjectId,
  executionId: ExecutionId,
  previousStatus: Schema.String,
  currentStatus: Schema.String,
  changed: Schema.Boolean,
  at: Iso
}).annotate({ identifier: "RequestAnswer" })

/** Something about a task list, with its place. */
export const ListDiagnostic = Schema.Struct({
  severity: Schema.Literals(["error", "warning"]),
  code: Schema.String,
  message: Schema.String,
  file: Schema.String,
  line: Schema.Int,
  column: Schema.Int
}).annotate({ identifier: "ListDiagnostic" })

/** Whether a repository can be worked on. `template` is a list to begin with, where there is none. */
export const Validation = Schema.Struct({
  valid: Schema.Boolean,
  projectId: ProjectId,
  defaultBranch: Schema.NullOr(Schema.String),
  hasTaskList: Schema.Boolean,
  taskList: Schema.NullOr(Schema.String),
  tasks: Schema.Struct({ completed: Schema.Int, total: Schema.Int }),
  problems: Schema.Array(
    Schema.Struct({
      severity: Schema.Literals(["error", "warning"]),
      code: Schema.String,
      message: Schema.String,
      line: Schema.optionalKey(Schema.Int),
      column: Schema.optionalKey(Schema.Int)
    })
  ),
  template: Schema.optionalKey(Schema.String)
}).annotate({ identifier: "Validation" })
export type Validation = typeof Validation.Type

/** A project's list at the head of its target branch. */
export const TaskListAnswer = Schema.Struct({
  projectId: ProjectId,
  branch: Schema.String,
  commit: Schema.String,
  taskList: Schema.String,
  dialect: Schema.String,
  totals: Schema.Struct({ completed: Schema.Int, total: Schema.Int }),
  tasks: Schema.Array(Task),
  containers: Schema.Array(
    Schema.Struct({ id: Schema.String, title: Schema.String, taskIds: Schema.Array(Schema.String) })
  ),
  diagnostics: Schema.Array(ListDiagnostic)
}).annotate({ identifier: "TaskList" })

/** An execution in a list. */
export const ExecutionRow = Schema.Struct({
  executionId: ExecutionId,
  projectId: ProjectId,
  userId: Schema.optionalKey(Schema.String),
  status: Schema.String,
  startedAt: Iso,
  updatedAt: Iso
}).annotate({ identifier: "ExecutionRow" })

/** A page of executions, newest first; `cursor` is absent on the last one. */
export const ExecutionPage = Schema.Struct({
  executions: Schema.Array(ExecutionRow),
  cursor: Schema.optionalKey(Schema.String)
}).annotate({ identifier: "ExecutionPage" })

/** An artifact that may be read. `href` is where. */
export const ArtifactRow = Schema.Struct({
  taskId: Schema.String,
  round: Schema.Int,
  kind: Schema.String,
  bytes: Schema.Int,
  sha256: Schema.String,
  href: Schema.String
}).annotate({ identifier: "ArtifactRow" })
/** All artifacts of an execution that may be shown. */
export const ArtifactPage = Schema.Struct({ artifacts: Schema.Array(ArtifactRow) }).annotate({
  identifier: "ArtifactPage"
})

/** A chunk of output: `stream` is stdout or stderr. */
export const LogChunk = Schema.Struct({
  seq: Schema.Int,
  ts: Iso,
  taskId: Schema.optionalKey(Schema.String),
  round: Schema.optionalKey(Schema.Int),
  step: Schema.optionalKey(Schema.String),
  stream: Schema.optionalKey(Schema.String),
  text: Schema.String
}).annotate({ identifier: "LogChunk" })
/** A page of output; `next` is absent when there is no more at the moment. */
export const LogPage = Schema.Struct({
  chunks: Schema.Array(LogChunk),
  next: Schema.optionalKey(Schema.Int)
}).annotate({ identifier: "LogPage" })

/** Why an execution does what it does, or nothing. `sentences` is for people. */
export const Explanation = Schema.Struct({
  executionId: ExecutionId,
  projectId: ProjectId,
  status: Schema.String,
  sentences: Schema.Array(Schema.String),
  next: Schema.String,
  worker: Schema.NullOr(
    Schema.Struct({ host: Schema.String, pid: Schema.Int, alive: Schema.Boolean, leaseUntil: Iso })
  ),
  liveLeases: Schema.Int
}).annotate({ identifier: "Explanation" })

/** One failure of an execution, with where to look further. */
export const ErrorAnswer = Schema.Struct({
  errorId: Schema.String,
  executionId: ExecutionId,
  projectId: ProjectId,
  at: Iso,
  event: Schema.String,
  step: Schema.NullOr(Schema.String),
  taskId: Schema.NullOr(Schema.String),
  round: Schema.NullOr(Schema.Int),
  reason: Schema.String,
  message: Schema.String,
  logTail: Schema.String,
  artifacts: Schema.Array(ArtifactRow)
}).annotate({ identifier: "ExecutionError" })
/** Every failure of an execution, oldest first. */
export const ErrorPage = Schema.Struct({ errors: Schema.Array(ErrorAnswer) })

/** A project. */
export const ProjectAnswer = Schema.Struct({
  projectId: ProjectId,
  url: Schema.String,
  registeredAt: Iso,
  status: Schema.String
}).annotate({ identifier: "Project" })

/** What the server needs, by name. */
export const Dependency = Schema.Struct({ ok: Schema.Boolean, detail: Schema.optionalKey(Schema.String) })
/** Whether the server can do its work. */
export const Readiness = Schema.Struct({
  status: Schema.Literals(["ready", "not_ready"]),
  dependencies: Schema.Record(Schema.String, Dependency)
}).annotate({ identifier: "Readiness" })
