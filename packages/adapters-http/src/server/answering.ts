/**
 * Turns what a handler can fail with into refusals: one place for all ports' errors.
 */
import { describeRejection, type Rejection } from "@devteam/core/execution/Rejection"
import type { ArtifactError } from "@devteam/core/ports/Artifacts"
import type { FramesError } from "@devteam/core/ports/Frames"
import type { IntakeError } from "@devteam/core/ports/Intake"
import type { JournalError } from "@devteam/core/ports/Journal"
import type { LeaseError } from "@devteam/core/ports/Leases"
import type { ProjectError } from "@devteam/core/ports/Projects"
import type { RepositoryError } from "@devteam/core/ports/Repository"
import type { RequestRejected } from "@devteam/core/worker/submit"
import type { UnknownWorkflow } from "@devteam/core/workflows/registry"
import { Effect } from "effect"
import type { HttpServerResponse } from "effect/http"
import type { RepositoryRefused } from "./Operator.ts"
import { Refusal, refusal, toResponse } from "./Refusal.ts"

/** What handlers fail with. */
export type Failure =
  | Refusal
  | ArtifactError
  | FramesError
  | IntakeError
  | JournalError
  | LeaseError
  | ProjectError
  | RepositoryError
  | RepositoryRefused
  | RequestRejected
  | UnknownWorkflow

/** What is wrong with the repository itself or with how it is named: asking again does not help. */
const nothingThere: ReadonlySet<RepositoryError["reason"]> = new Set(["not_found", "empty", "forbidden"])

const soon = { "retry-after": "1" }
const later = { "retry-after": "5" }

/** A request that the lifecycle refuses. */
export const notLegal = (
  rejection: Rejection,
  executionId?: string,
  headers: Readonly<Record<string, string>> = {}
): Refusal =>
  refusal(
    "not-legal",
    describeRejection(rejection),
    {
      state: rejection.status,
      legalFrom: rejection.legalFrom,
      ...(executionId === undefined ? {} : { executionId })
    },
    headers
  )

/** The refusal that an error is. */
const refusalOf = (error: Failure): Refusal => {
  switch (error._tag) {
    case "Refusal":
      return error
    case "RequestRejected":
      return notLegal(error.rejection as Rejection)
    case "UnknownWorkflow":
      return refusal("unknown-event-type", error.message)
    case "RepositoryRefused":
      return refusal("invalid-body", error.message)
    case "RepositoryError":
      return refusal(
        nothingThere.has(error.reason) ? "repository-unusable" : "repository-unavailable",
        error.message
      )
    case "ProjectError":
      return error.reason === "id_taken"
        ? refusal("project-id-taken", error.message)
        : refusal("unavailable", error.message, {}, later)
    case "JournalError":
      return error.reason === "not_found"
        ? refusal("unknown-execution", error.message)
        : refusal("unavailable", error.message, {}, later)
    case "IntakeError":
      return error.reason === "busy"
        ? refusal("in-progress", error.message, {}, soon)
        : refusal("unavailable", error.message, {}, later)
    default:
      return refusal("unavailable", error.message, {}, later)
  }
}

/** A handler whose failures are answers. */
export const answering = <A, R>(
  handler: Effect.Effect<A, Failure, R>
): Effect.Effect<A | HttpServerResponse.HttpServerResponse, never, R> =>
  Effect.catch(handler, (error) => {
    const refused = refusalOf(error)
    const unexpected = refused.problem === "unavailable"
    return Effect.andThen(
      unexpected
        ? Effect.logWarning("a request could not be served", { reason: refused.detail })
        : Effect.void,
      toResponse(refused)
    )
  })
