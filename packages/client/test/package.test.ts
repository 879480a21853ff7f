import { globSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { clientTypesPath, currentClientTypes } from "../../../scripts/clientTypes.ts"

const folder = join(import.meta.dirname, "..")

describe("what users install", () => {
  it("has types that are those of openapi.json (else: npm run docs)", () => {
    assert.strictEqual(readFileSync(clientTypesPath, "utf8"), currentClientTypes())
  })

  it("depends on nothing, not even for its types", () => {
    const manifest: unknown = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"))
    for (const kind of ["dependencies", "peerDependencies", "optionalDependencies"]) {
      assert.notProperty(manifest, kind)
    }
    const files = globSync("src/**/*.ts", { cwd: folder })
    assert.isAbove(files.length, 5)
    for (const file of files) {
      const imported = [...readFileSync(join(folder, file), "utf8").matchAll(/(?:from|import\() ?"([^"]+)"/g)]
      for (const [, specifier] of imported) assert.match(String(specifier), /^\.\//, file)
    }
  })
})
