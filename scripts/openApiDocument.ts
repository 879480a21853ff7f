/**
 * Writes packages/adapters-http/openapi.json from the contract. It is a part of `npm run docs`.
 */
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { openApiDocument } from "../packages/adapters-http/src/contract/openapi.ts"

/** Where the document lies. */
export const openApiPath = join(import.meta.dirname, "..", "packages", "adapters-http", "openapi.json")

if (process.argv[1] === import.meta.filename) {
  writeFileSync(openApiPath, `${JSON.stringify(openApiDocument(), null, 2)}\n`)
}
