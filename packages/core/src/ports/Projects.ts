/**
 * Port: the projects that this database knows.
 *
 * A project's id belongs to one remote for ever; taking it for another is an error that a person has to solve.
 */
import { Context, type Effect, type Option, Schema } from "effect"
import type { ProjectId } from "../model/Ids.ts"

/** `id_taken`: the id is registered for another remote. */
export class ProjectError extends Schema.TaggedError<ProjectError>()("ProjectError", {
  reason: Schema.Literals(["id_taken", "unavailable"]),
  message: Schema.String
}) {
  /** Whether the same call may succeed later without anybody changing anything. */
  get retryable(): boolean {
    return this.reason === "unavailable"
  }
}

/** A project. `url` has no credentials. */
export interface Project {
  readonly projectId: ProjectId
  readonly url: string
  readonly registeredAt: number
}

/** The projects port. */
export interface ProjectsShape {
  /** Registers a project, or finds it as it is. */
  readonly register: (project: Project) => Effect.Effect<Project, ProjectError>
  readonly get: (projectId: ProjectId) => Effect.Effect<Option.Option<Project>, ProjectError>
  /** By id. */
  readonly list: Effect.Effect<ReadonlyArray<Project>, ProjectError>
}

/** See {@link ProjectsShape}. */
export class Projects extends Context.Service<Projects, ProjectsShape>()("@devteam/core/Projects") {}
