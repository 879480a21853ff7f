/**
 * Whose task list is meant: a registered project's, with its settings, or that of any repository.
 */
import { existsSync } from "node:fs"
import { join } from "node:path"
import type { RepositoryRef } from "@devteam/core/ports/Repository"
import { Journal } from "@devteam/core/ports/Journal"
import { ownFolder, type RepositoryArgument, resolveRepository } from "@devteam/runner/repositoryArgument"
import type { ListOptions } from "@devteam/runner/plan"
import { Effect, Option, Result } from "effect"
import { Invocation } from "../Invocation.ts"
import { findProject } from "../projectArgument.ts"
import { withStores } from "../runtime.ts"

/** A repository, and how its project wants its list read. */
export interface Located {
  readonly ref: RepositoryRef
  readonly credentials: RepositoryArgument["credentials"] | undefined
  readonly ssh: RepositoryArgument["ssh"] | undefined
  readonly settings: ListOptions
}

const registered = Effect.fnUntraced(function* (argument: string | undefined, dataDirectory: string) {
  const project = yield* findProject(argument, dataDirectory)
  const journal = yield* Journal
  const latest = yield* journal.latest(project.projectId)
  const found = Option.isSome(latest) ? (yield* journal.load(latest.value)).settings : undefined
  const settings: ListOptions = {
    target: found?.repository.target,
    taskList: found?.taskList,
    granularity: found?.granularity
  }
  return { ref: project, credentials: undefined, ssh: undefined, settings } satisfies Located
})

/** Finds it: projects by id or repository first. Without a database there are none, and none is made. */
export const locate = Effect.fnUntraced(function* (argument: string | undefined, dataDirectory: string) {
  const { cwd, secrets } = yield* Invocation
  const known = existsSync(join(dataDirectory, "devteam.sqlite"))
    ? yield* Effect.result(withStores(dataDirectory, registered(argument, dataDirectory)))
    : undefined
  if (known !== undefined && Result.isSuccess(known)) return known.success
  const repository = yield* resolveRepository(argument ?? ".", cwd).pipe(
    // Where there are projects, what names neither one nor a repository is more likely meant for a project.
    Effect.mapError((error) => (known === undefined ? error : known.failure))
  )
  secrets.add(repository.secrets)
  const { url, projectId, credentials, ssh } = repository
  const settings = { folder: ownFolder(repository) }
  const located: Located = { ref: { projectId, url }, credentials, ssh, settings }
  return located
})
