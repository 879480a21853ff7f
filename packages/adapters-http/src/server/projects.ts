/**
 * The projects that the server knows.
 */
import type { ProjectId } from "@devteam/core/model/Ids"
import { type Project, Projects } from "@devteam/core/ports/Projects"
import { Effect } from "effect"
import { allowedRepository, register, registeredProject } from "./repositories.ts"
import { statusOf } from "./status.ts"

const answerOf = Effect.fnUntraced(function* ({ projectId, url, registeredAt }: Project) {
  const { status } = yield* statusOf(projectId)
  return { projectId, url, registeredAt: new Date(registeredAt).toISOString(), status }
})

/** All of them, by id. */
export const listProjects = Effect.gen(function* () {
  const all = yield* (yield* Projects).list
  return { projects: yield* Effect.forEach(all, answerOf) }
})

/** One of them. */
export const getProject = Effect.fnUntraced(function* (projectId: ProjectId) {
  return yield* answerOf(yield* registeredProject(projectId, "unknown-project"))
})

/** Registers one, where its repository may be used. */
export const putProject = Effect.fnUntraced(function* (projectId: ProjectId, asked: string) {
  const { url } = yield* allowedRepository(asked)
  return yield* answerOf(yield* register(projectId, url))
})
