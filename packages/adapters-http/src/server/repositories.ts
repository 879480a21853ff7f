/**
 * Which repositories may be used: those of registered projects, and those on the operator's list.
 */
import type { ProjectId } from "@devteam/core/model/Ids"
import { Projects } from "@devteam/core/ports/Projects"
import { Clock, Effect, Option } from "effect"
import { Operator } from "./Operator.ts"
import { type ProblemName } from "../contract/problems.ts"
import { refusal } from "./Refusal.ts"

/** A URL's stored form, if it may be used. Nothing is fetched. */
export const allowedRepository = Effect.fnUntraced(function* (url: string) {
  const operator = yield* Operator
  const projects = yield* Projects
  const repository = yield* operator.readRepository(url)
  if (operator.allowsRepository(repository.url)) return repository
  const registered = yield* projects.list
  if (registered.some((project) => project.url === repository.url)) return repository
  return yield* refusal(
    "repository-not-allowed",
    `The repository ${repository.url} may not be used here. Use a registered project, or have whoever runs the server allow it: devteam serve --allow-repo ${repository.url}, or the option repositories of createRunner.`
  )
})

/** A registered project; `otherwise` is the problem where there is none. */
export const registeredProject = Effect.fnUntraced(function* (projectId: ProjectId, otherwise: ProblemName) {
  const projects = yield* Projects
  const project = yield* projects.get(projectId)
  if (Option.isSome(project)) return project.value
  return yield* refusal(
    otherwise,
    `There is no project ${projectId}. Register it with PUT /api/devteam/projects/${projectId}, or initialize it with its repository.`
  )
})

/** Registers a project, or finds it as it is. */
export const register = Effect.fnUntraced(function* (projectId: ProjectId, url: string) {
  const projects = yield* Projects
  return yield* projects.register({ projectId, url, registeredAt: yield* Clock.currentTimeMillis })
})
