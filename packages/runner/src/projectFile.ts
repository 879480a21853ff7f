/**
 * What a project says about its own runs, for those who show it before anything starts, and the schema of it.
 */
import { projectJsonSchema } from "@devteam/adapters-settings/jsonSchema"
import type { Sha } from "@devteam/core/model/Ids"
import type { RepositoryRef } from "@devteam/core/ports/Repository"
import { readProjectFile } from "@devteam/core/steps/projectFile"
import { Effect, Option } from "effect"

/** The settings in `.devteam/project.yaml` of a tree; none when it has no such file. */
export const readProjectSettings = Effect.fn("readProjectSettings")(function* (
  ref: RepositoryRef,
  tree: Sha
) {
  return Option.map(yield* readProjectFile(ref, tree), ({ settings }) => settings)
})

/** The JSON Schema of the file, as editors read it. */
export const projectFileSchema = (): string => `${JSON.stringify(projectJsonSchema(), null, 2)}\n`
