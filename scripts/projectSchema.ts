/**
 * Writes packages/adapters-settings/project.schema.json from the schema that reads the file (`npm run docs`).
 */
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { projectJsonSchema } from "../packages/adapters-settings/src/jsonSchema.ts"

/** Where the schema lies. */
export const projectSchemaPath = join(
  import.meta.dirname,
  "..",
  "packages",
  "adapters-settings",
  "project.schema.json"
)

if (process.argv[1] === import.meta.filename) {
  writeFileSync(projectSchemaPath, `${JSON.stringify(projectJsonSchema(), null, 2)}\n`)
}
