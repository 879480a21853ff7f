/**
 * The projects port over SQL.
 */
import { Effect, Layer, Schema } from "effect"
import { ProjectId } from "@devteam/core/model/Ids"
import { ProjectError, Projects, type ProjectsShape } from "@devteam/core/ports/Projects"
import { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import { findAll, findOneOption } from "effect/sql/SqlSchema"
import { Int8 } from "./columns.ts"
import { describeFailure } from "./sqlFailure.ts"

const ProjectRow = Schema.Struct({ projectId: ProjectId, url: Schema.String, registeredAt: Int8 })

const guarded = <A>(
  effect: Effect.Effect<A, ProjectError | SqlError | Schema.SchemaError>
): Effect.Effect<A, ProjectError> =>
  Effect.catchTags(effect, {
    SqlError: (error) =>
      Effect.fail(new ProjectError({ reason: "unavailable", message: describeFailure("Projects", error) })),
    SchemaError: Effect.die
  })

const make = Effect.gen(function* () {
  const sql = yield* SqlClient
  const columns = sql.literal("project_id, url, registered_at")

  const find = findOneOption({
    Request: ProjectId,
    Result: ProjectRow,
    execute: (projectId) => sql`SELECT ${columns} FROM project WHERE project_id = ${projectId}`
  })
  const findEvery = findAll({
    Request: Schema.Void,
    Result: ProjectRow,
    execute: () => sql`SELECT ${columns} FROM project`
  })
  const insert = findAll({
    Request: ProjectRow,
    Result: ProjectRow,
    // The update changes nothing: it makes RETURNING give the row that is there.
    execute: ({ projectId, url, registeredAt }) => sql`
      INSERT INTO project ${sql.insert({ projectId, url, registeredAt: Number(registeredAt) })}
      ON CONFLICT (project_id) DO UPDATE SET url = project.url RETURNING ${columns}`
  })

  const register = Effect.fn("Projects.register")(function* (project: typeof ProjectRow.Type) {
    const [stored = project] = yield* insert(project)
    if (stored.url === project.url) return stored
    return yield* new ProjectError({
      reason: "id_taken",
      message: `The project id ${project.projectId} belongs to ${stored.url}, not to ${project.url}. Choose another id with --project.`
    })
  })

  return {
    register: (project) => guarded(register(project)),
    get: (projectId) => guarded(find(projectId)),
    // Sorted here: the databases' collations differ.
    list: guarded(findEvery(undefined)).pipe(
      Effect.map((projects) => [...projects].sort((a, b) => (a.projectId < b.projectId ? -1 : 1)))
    )
  } satisfies ProjectsShape
})

/** The projects of the database in scope. */
export const layer: Layer.Layer<Projects, never, SqlClient> = Layer.effect(Projects, make)
