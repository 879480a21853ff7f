/**
 * The projects port in memory.
 */
import { Effect, Layer, Option } from "effect"
import { ProjectError, Projects, type ProjectsShape } from "../../ports/Projects.ts"
import { MemoryStore } from "./MemoryStore.ts"

const make = Effect.map(MemoryStore, ({ projects }): ProjectsShape => ({
  register: (project) =>
    Effect.suspend(() => {
      const stored = projects.get(project.projectId) ?? project
      if (stored.url !== project.url) {
        const message = `The project id ${project.projectId} belongs to ${stored.url}, not to ${project.url}.`
        return Effect.fail(new ProjectError({ reason: "id_taken", message }))
      }
      projects.set(project.projectId, stored)
      return Effect.succeed(stored)
    }),
  get: (projectId) => Effect.sync(() => Option.fromUndefinedOr(projects.get(projectId))),
  list: Effect.sync(() => [...projects.values()].sort((a, b) => (a.projectId < b.projectId ? -1 : 1)))
}))

/** The projects of the store in scope. */
export const layer: Layer.Layer<Projects, never, MemoryStore> = Layer.effect(Projects, make)
