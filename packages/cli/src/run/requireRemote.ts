/**
 * Refuses to go on where the remote refuses this person now, or is not what it was: a worker would end the execution
 * for it, and what was done and paid for would be over.
 *
 * A remote that does not answer is another matter: the worker waits for it.
 */
import type { Execution } from "@devteam/core/execution/State"
import { Repository, type RepositoryError } from "@devteam/core/ports/Repository"
import { Effect } from "effect"
import { environmentError } from "../ExitWith.ts"
import { commandLine } from "../terminal/words.ts"

/** What a worker does not wait for. */
const endsIt: ReadonlySet<RepositoryError["reason"]> = new Set([
  "auth",
  "not_found",
  "empty",
  "forbidden",
  "git_missing"
])

/** Looks before anything is changed. `resume` are the words that go on once it is put right. */
export const requireRemote = Effect.fnUntraced(function* (state: Execution, resume: ReadonlyArray<string>) {
  const { projectId, ready, settings, status } = state
  // What only has to be ended needs no remote.
  if (status === "stopping") return
  const repository = yield* Repository
  const { url } = settings.repository
  const target = ready?.from ?? ready?.target ?? settings.repository.target
  yield* Effect.catch(repository.open({ projectId, url }, target), (error) => {
    if (!endsIt.has(error.reason)) return Effect.void
    const [devteam = "devteam", , ...project] = resume
    const kept =
      error.reason === "auth" && /^https?:/.test(url)
        ? "A password that stood in the URL of devteam run was not kept: git's credential helper has to know it. "
        : ""
    const end = error.reason === "auth" ? "" : `, or end it: ${commandLine([devteam, "stop", ...project])}`
    return environmentError(
      `${error.message}\n${projectId} stays as it was. ${kept}Then go on with: ${commandLine(resume)}${end}`
    )
  })
})
