/**
 * What the stores hold, as far as a refused request could have changed it.
 */
import type { ProjectId } from "@devteam/core/model/Ids"
import { Journal } from "@devteam/core/ports/Journal"
import { Projects } from "@devteam/core/ports/Projects"
import { Effect } from "effect"

/** Projects, executions and every journal. */
export const contents = Effect.gen(function* () {
  const journal = yield* Journal
  const projects = yield* (yield* Projects).list
  const executions = yield* journal.list({ limit: 10_000 })
  const journals = yield* Effect.forEach(executions, ({ executionId }) => journal.records(executionId, 0))
  return { projects, executions, journals }
})

/** The executions of a project, newest first. */
export const executionsOf = (projectId: ProjectId) =>
  Journal.use((journal) => journal.list({ projectId, limit: 1_000 }))
