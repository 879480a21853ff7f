/**
 * The JSON Schema of `.devteam/project.yaml`, for editors: made of the same schema that reads the file.
 */
import { ProjectSettingsFile } from "@devteam/core/model/ProjectSettings"
import { Schema } from "effect"

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const says = new Set(["description", "default"])

/** An `allOf` that only describes goes into what it describes: editors show it then. */
const lifted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(lifted)
  if (!isRecord(value)) return value
  const { allOf, ...rest } = Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, lifted(inner)])
  )
  if (!Array.isArray(allOf)) return rest
  const words = allOf.filter(isRecord)
  return words.length === allOf.length &&
    words.every((word) => Object.keys(word).every((key) => says.has(key)))
    ? Object.assign({}, ...words, rest)
    : { ...rest, allOf }
}

/** The schema as a JSON value (draft 2020-12). */
export const projectJsonSchema = (): Readonly<Record<string, unknown>> => {
  const { schema } = Schema.toJsonSchemaDocument(ProjectSettingsFile, { onExcessProperty: "error" })
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Settings of a project for DevTeam Runner",
    description: "The file .devteam/project.yaml. Everything may be left out.",
    ...(lifted(schema) as Record<string, unknown>)
  }
}
