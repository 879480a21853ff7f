/**
 * Refuses to go on where the remote refuses this person now: a worker would end the execution for it, and what was
 * done and paid for would be over.
 *
 * A remote that does not answer is another matter: the worker waits for it.
 */
import type { Execution } from "@devteam/core/execution/State"
import { Repository } from "@devteam/core/ports/Repository"
import { Effect } from "effect"
import { environmentError } from "../ExitWith.ts"
import { commandLine } from "../terminal/words.ts"

/** Looks before anything is changed. `resume` are the words that go on once it is put right. */
export const requireRemote = Effect.fnUntraced(function* (state: Execution, resume: ReadonlyArray<string>) {
  const { projectId, settings, status } = state
  // What only has to be ended needs no remote.
  if (status === "stopping") return
  const repository = yield* Repository
  const { url, target } = settings.repository
  const opened = repository.open({ projectId, url }, target)
  const kept = /^https?:/.test(url)
    ? "A password that stood in the URL of devteam run was not kept: git's credential helper has to know it. "
    : ""
  yield* Effect.catch(opened, (error) =>
    error.reason === "auth"
      ? environmentError(
          `${error.message}\n${projectId} stays as it was. ${kept}Then go on with: ${commandLine(resume)}`
        )
      : Effect.void
  )
})
