/**
 * `.devteam/project.yaml` at a tree: read and parsed, with everything that is wrong with it as `file:line:column`.
 */
import { Effect, Option, Result, Schema } from "effect"
import type { Sha } from "../model/Ids.ts"
import type { ExecutionSettings } from "../model/Settings.ts"
import { ProjectFile, type ProjectFileDocument, type ProjectFileProblem } from "../ports/ProjectFile.ts"
import type { RepositoryRef } from "../ports/Repository.ts"
import { type Effective, effectiveSettings } from "../settings/effective.ts"
import { textAt } from "./textAt.ts"

/** Where a project keeps its settings. */
export const projectFilePath = ".devteam/project.yaml"

/** The file cannot be used: one problem a line, each with where it stands. */
export class ProjectFileError extends Schema.TaggedError<ProjectFileError>()("ProjectFileError", {
  reason: Schema.Literal("project_file"),
  message: Schema.String
}) {}

const errorOf = (problems: ReadonlyArray<ProjectFileProblem>) =>
  new ProjectFileError({
    reason: "project_file",
    message: problems
      .map(({ line, column, message }) => `${projectFilePath}:${line}:${column}: ${message}`)
      .join("\n")
  })

/** Reads the file of a tree; none when there is none. */
export const readProjectFile = Effect.fnUntraced(function* (ref: RepositoryRef, tree: Sha) {
  const { parse } = yield* ProjectFile
  const text = yield* textAt(ref, tree, projectFilePath)
  if (text === undefined) return Option.none<ProjectFileDocument>()
  const parsed = parse(text)
  return Result.isSuccess(parsed) ? Option.some(parsed.success) : yield* errorOf(parsed.failure)
})

/** What applies to an execution whose repository has this tree. */
export const settingsAt = Effect.fnUntraced(function* (
  ref: RepositoryRef,
  tree: Sha,
  settings: ExecutionSettings
) {
  const document = yield* readProjectFile(ref, tree)
  if (Option.isNone(document)) return { settings, warnings: [] } satisfies Effective
  const effective = effectiveSettings(settings, document.value.settings)
  if (Result.isSuccess(effective)) return effective.success
  return yield* errorOf(
    effective.failure.map(({ field, message }) => ({
      ...document.value.positionOf(field),
      message: `${field}: ${message}`
    }))
  )
})
