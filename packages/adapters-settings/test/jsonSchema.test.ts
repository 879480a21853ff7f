/** The schema for editors is the one that reads the file. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { ProjectSettingsFile } from "@devteam/core/model/ProjectSettings"
import { fieldNames } from "@devteam/core/settings/decodeFile"
import { assert, describe, it } from "@effect/vitest"
import { projectJsonSchema } from "../src/jsonSchema.ts"

interface Property {
  readonly description?: string
  readonly properties?: Record<string, Property>
  readonly pattern?: string
}

const propertyAt = (field: string): Property | undefined =>
  field
    .split(".")
    .reduce<Property | undefined>(
      (property, name) => property?.properties?.[name],
      projectJsonSchema() as Property
    )

describe("the JSON Schema", () => {
  it("project.schema.json is up to date (npm run docs)", () => {
    const path = join(import.meta.dirname, "..", "project.schema.json")
    assert.deepStrictEqual(
      JSON.parse(readFileSync(path, "utf8")),
      JSON.parse(JSON.stringify(projectJsonSchema()))
    )
  })

  it("describes every field, and allows no other", () => {
    assert.includeMembers([...fieldNames], Object.keys(ProjectSettingsFile.fields))
    for (const field of fieldNames) {
      assert.isAbove(propertyAt(field)?.description?.length ?? 0, 10, field)
    }
    assert.propertyVal(projectJsonSchema(), "additionalProperties", false)
    assert.strictEqual(propertyAt("limits.agentTime")?.pattern?.includes("ms|s|m|h|d"), true)
  })

  it("its patterns are ones that editors understand", () => {
    const patterns = JSON.stringify(projectJsonSchema()).matchAll(/"pattern":("(?:[^"\\]|\\.)*")/g)
    const found = [...patterns].map(([, pattern = '""']) => JSON.parse(pattern) as string)
    assert.isNotEmpty(found)
    for (const pattern of found) assert.doesNotThrow(() => new RegExp(pattern, "u"))
  })
})
