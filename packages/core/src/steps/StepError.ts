/**
 * How a step fails, and what each port's error means for the execution.
 *
 * A step never decides how often it is tried again; that is in the journal (`decideReport`).
 */
import { Schema } from "effect"
import { Usage } from "../model/Candidate.ts"
import type { StepFailure } from "../execution/Command.ts"
import type { AgentError } from "../ports/CodingAgent.ts"
import type { ArtifactError } from "../ports/Artifacts.ts"
import type { FramesError } from "../ports/Frames.ts"
import type { JournalError } from "../ports/Journal.ts"
import type { LeaseError } from "../ports/Leases.ts"
import type { RepositoryError } from "../ports/Repository.ts"
import type { ProjectFileError } from "./projectFile.ts"
import type { SandboxError } from "../ports/Sandbox.ts"

/** A step's own finding, already sorted by what it means. */
export class StepProblem extends Schema.TaggedError<StepProblem>()("StepProblem", {
  kind: Schema.Literals(["infrastructure", "remote", "quota", "permanent"]),
  reason: Schema.String,
  message: Schema.String,
  until: Schema.optionalKey(Schema.Int),
  usage: Schema.optionalKey(Usage),
  error: Schema.optionalKey(
    Schema.Literals([
      "agent",
      "auth",
      "environment",
      "list_missing",
      "list_invalid",
      "no_tasks",
      "unknown_task"
    ])
  )
}) {}

/** Another worker holds the project: nothing may be written any more. */
export class StaleWorker extends Schema.TaggedError<StaleWorker>()("StaleWorker", {
  message: Schema.String
}) {}

/** Everything that a step may fail with. */
export type StepError =
  | StepProblem
  | StaleWorker
  | RepositoryError
  | ProjectFileError
  | SandboxError
  | AgentError
  | ArtifactError
  | FramesError
  | LeaseError
  | JournalError

const permanent = (
  reason: string,
  message: string,
  error: "agent" | "auth" | "environment"
): StepFailure => ({
  kind: "permanent",
  reason,
  message,
  error
})

const repositoryFailure = ({ reason, message }: RepositoryError): StepFailure => {
  switch (reason) {
    case "unreachable":
      return { kind: "remote", reason, message }
    case "auth":
      return permanent(reason, message, "auth")
    case "not_found":
    case "empty":
    case "forbidden":
    case "git_missing":
      return permanent(reason, message, "environment")
    case "corrupt":
    case "disk_full":
    case "unknown":
      return { kind: "infrastructure", reason, message }
  }
}

/** What an error means, or that the worker has to stop everything. */
export const failureOf = (error: StepError): StepFailure | StaleWorker => {
  switch (error._tag) {
    case "StaleWorker":
      return error
    case "StepProblem": {
      const { kind, reason, message } = error
      return {
        kind,
        reason,
        message,
        ...(error.until === undefined ? {} : { until: error.until }),
        ...(error.error === undefined ? {} : { error: error.error }),
        ...(error.usage === undefined ? {} : { usage: error.usage })
      }
    }
    case "RepositoryError":
      return repositoryFailure(error)
    case "ProjectFileError":
      return permanent(error.reason, error.message, "environment")
    case "SandboxError":
      return error.retryable
        ? { kind: "infrastructure", reason: error.reason, message: error.message }
        : permanent(error.reason, error.message, "environment")
    case "AgentError":
      return permanent(error.reason, error.message, "agent")
    case "FramesError":
    case "LeaseError":
    case "JournalError":
      return error.reason === "stale_epoch" || error.reason === "lost"
        ? new StaleWorker({ message: error.message })
        : { kind: "infrastructure", reason: error.reason, message: error.message }
    case "ArtifactError":
      return error.retryable
        ? { kind: "infrastructure", reason: error.reason, message: error.message }
        : permanent(error.reason, error.message, "environment")
  }
}
