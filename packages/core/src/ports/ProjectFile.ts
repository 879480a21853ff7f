/**
 * Port: reading `.devteam/project.yaml`.
 *
 * A pure function behind a service, because YAML needs a library. An adapter never reads files: text comes in. What
 * the settings mean for an execution is `settings/effective`.
 */
import { Context, type Result } from "effect"
import type { ProjectSettings } from "../model/ProjectSettings.ts"

/** Where something stands; both 1-based. */
export interface Position {
  readonly line: number
  readonly column: number
}

/** One thing that is wrong with the file. The message says what and what to write instead; it holds no secret. */
export interface ProjectFileProblem extends Position {
  readonly message: string
}

/** A file as read. */
export interface ProjectFileDocument {
  readonly settings: ProjectSettings
  /** Where a field stands, by its name with dots (`agent.id`, `limits.rounds`); the file's start when it is not there. */
  readonly positionOf: (field: string) => Position
}

/** The port. Total: whatever the text, the answer is a document or what is wrong with it, in bounded time. */
export interface ProjectFileShape {
  readonly parse: (text: string) => Result.Result<ProjectFileDocument, ReadonlyArray<ProjectFileProblem>>
}

/** See {@link ProjectFileShape}. */
export class ProjectFile extends Context.Service<ProjectFile, ProjectFileShape>()(
  "@devteam/core/ProjectFile"
) {}
