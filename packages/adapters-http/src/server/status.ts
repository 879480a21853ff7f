/**
 * `GET status`: the stored projection as it is, with an ETag.
 */
import { createHash } from "node:crypto"
import { type ProjectId } from "@devteam/core/model/Ids"
import { Journal } from "@devteam/core/ports/Journal"
import { Effect, Option } from "effect"
import { HttpServerRequest, HttpServerResponse } from "effect/http"
import { registeredProject } from "./repositories.ts"

/** The status of a project: its newest execution's, or idle. */
export const statusOf = Effect.fnUntraced(function* (projectId: ProjectId) {
  const journal = yield* Journal
  const status = yield* journal.status(projectId)
  if (Option.isSome(status)) return status.value
  yield* registeredProject(projectId, "unknown-project")
  return { projectId, status: "idle" as const, progress: 0, totals: { completed: 0, total: 0 } }
})

const matches = (header: string | undefined, etag: string): boolean =>
  header !== undefined &&
  header.split(",").some((one) => one.trim().replace(/^W\//, "") === etag || one.trim() === "*")

/** The answer, or 304 where the caller has it. */
export const getStatus = Effect.fnUntraced(function* (projectId: ProjectId) {
  const { headers } = yield* HttpServerRequest.HttpServerRequest
  const body = JSON.stringify(yield* statusOf(projectId))
  const etag = `"${createHash("sha256").update(body).digest("base64url").slice(0, 27)}"`
  const common = { etag, "cache-control": "no-cache" }
  return matches(headers["if-none-match"], etag)
    ? HttpServerResponse.empty({ status: 304, headers: common })
    : HttpServerResponse.text(body, { contentType: "application/json", headers: common })
})
