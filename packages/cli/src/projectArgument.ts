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

/** The URLs that an argument or a folder may stand for: its origin, and the repository itself. */
const urlsOf = Effect.fnUntraced(function* (argument: string) {
  const { cwd, secrets } = yield* Invocation
  const { resolveRepository } = yield* Effect.promise(() => import("@devteam/runner/repositoryArgument"))
  const found = yield* Effect.forEach([undefined, "local"] as const, (delivery) =>
    Effect.option(resolveRepository(argument, cwd, delivery))
  )
  const repositories = found.flatMap(Option.toArray)
  repositories.forEach((repository) => secrets.add(repository.secrets))
  return repositories.map(({ url }) => url)
})

const idsOf = (projects: ReadonlyArray<Project>): string =>
  projects.map(({ projectId }) => projectId).join(", ")

/** What is said where nothing was ever run. */
export const noProject = (dataDirectory: string): string =>
  `There is no project yet in ${dataDirectory}. Begin with: devteam run <repository> (or name another data directory with --data)`

/** Finds the project in this data directory, whose stores are open; or ends with 2 and the ids that there are. */
export const findProject = Effect.fnUntraced(function* (argument: string | undefined, dataDirectory: string) {
  const projects = yield* (yield* Projects).list
  const here = argument ?? "."
  const named = projects.find(({ projectId }) => projectId === here)
  if (named !== undefined) return named
  const [only] = projects
  if (only === undefined) {
    return yield* usageError(noProject(dataDirectory))
  }
  const urls = yield* urlsOf(here)
  const byUrl = projects.filter(({ url }) => urls.includes(url))
  const [first] = byUrl
  if (first !== undefined && byUrl.length === 1) return first
  if (argument === undefined && byUrl.length === 0 && projects.length === 1) return only
  if (byUrl.length > 1 || argument === undefined)
    return yield* usageError(`Say which project: ${idsOf(byUrl.length > 1 ? byUrl : projects)}.`)
  return yield* usageError(`There is no project ${argument}. There are: ${idsOf(projects)}.`)
})
