/**
 * Which project a command is about.
 *
 * An id, a registered project's repository, or nothing: then the one that the current folder is a clone of, or the
 * only one there is.
 */
import type { Project } from "@devteam/core/ports/Projects"
import { Projects } from "@devteam/core/ports/Projects"
import { Effect, Option } from "effect"
import { usageError } from "./ExitWith.ts"
import { Invocation } from "./Invocation.ts"

/** The URL that an argument or a folder stands for, if it stands for one. */
const urlOf = Effect.fnUntraced(function* (argument: string) {
  const { cwd, secrets } = yield* Invocation
  const { resolveRepository } = yield* Effect.promise(() => import("@devteam/runner/repositoryArgument"))
  const found = yield* Effect.option(resolveRepository(argument, cwd))
  if (Option.isSome(found)) secrets.add(found.value.secrets)
  return Option.map(found, ({ url }) => url)
})

const idsOf = (projects: ReadonlyArray<Project>): string =>
  projects.map(({ projectId }) => projectId).join(", ")

/** Finds the project, or ends with 2 and the ids that there are. */
export const findProject = Effect.fnUntraced(function* (argument: string | undefined) {
  const projects = yield* (yield* Projects).list
  const here = argument ?? "."
  const named = projects.find(({ projectId }) => projectId === here)
  if (named !== undefined) return named
  const [only] = projects
  if (only === undefined) {
    return yield* usageError(
      "There is no project yet. Begin with: devteam run <repository> --agent … (or name the data directory with --data)"
    )
  }
  const url = yield* urlOf(here)
  const byUrl = Option.isSome(url) ? projects.filter((project) => project.url === url.value) : []
  const [first] = byUrl
  if (first !== undefined && byUrl.length === 1) return first
  if (argument === undefined && byUrl.length === 0 && projects.length === 1) return only
  return yield* usageError(
    argument === undefined
      ? `Say which project: ${idsOf(byUrl.length > 1 ? byUrl : projects)}.`
      : `There is no project ${argument}. There are: ${idsOf(projects)}.`
  )
})
