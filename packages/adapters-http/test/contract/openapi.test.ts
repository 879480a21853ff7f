/** openapi.json is what the contract says, and holds together. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { openApiPath } from "../../../../scripts/openApiDocument.ts"
import { openApiDocument } from "../../src/contract/openapi.ts"
import { problemTypes } from "../../src/contract/problems.ts"

interface Operation {
  readonly operationId: string
  readonly security?: ReadonlyArray<object>
  readonly responses: Readonly<Record<string, { readonly content?: object }>>
}
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, object>> }
}

const document = openApiDocument() as Document
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation }))
)

describe("openapi.json", () => {
  it("is current (else: npm run docs)", () => {
    assert.deepStrictEqual(JSON.parse(readFileSync(openApiPath, "utf8")), document)
  })

  it("names only schemas that it has", () => {
    const named = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(
      (match) => match[1]
    )
    assert.isAbove(named.length, 50)
    assert.deepStrictEqual(
      [...new Set(named)].filter((name) => !((name ?? "") in document.components.schemas)),
      []
    )
    assert.deepStrictEqual(
      Object.keys(document.components.schemas).filter((name) => /_\d+$/.test(name)),
      []
    )
  })

  it("asks for the token everywhere but where it is open", () => {
    const open = operations.filter(({ operation }) => (operation.security ?? []).length === 0)
    assert.sameMembers(
      open.map(({ path }) => path),
      ["/health", "/ready"]
    )
  })

  it("has every problem's status somewhere, each as a problem document", () => {
    const statuses = new Set<string>()
    for (const { path, operation } of operations) {
      for (const [status, { content }] of Object.entries(operation.responses)) {
        if (Number(status) < 400 || path === "/ready") continue
        statuses.add(status)
        assert.deepStrictEqual(Object.keys(content ?? {}), ["application/problem+json"], `${path} ${status}`)
      }
    }
    // 404 and 405 of paths and methods that there are not belong to no operation.
    const declared = new Set(Object.values(problemTypes).map(({ status }) => String(status)))
    declared.delete("405")
    assert.sameMembers([...statuses], [...declared])
  })

  it("gives an example of every body", () => {
    const bodies = [
      "EventRequest",
      "InitializeRequest",
      "ValidateRequest",
      "ProjectRequest",
      "TaskDecisionRequest"
    ]
    for (const name of bodies) assert.property(document.components.schemas[name], "examples", name)
  })
})

describe("docs/http-api.md", () => {
  const page = readFileSync(join(import.meta.dirname, "..", "..", "..", "..", "docs", "http-api.md"), "utf8")

  it("has every path and every problem", () => {
    for (const { path } of operations) assert.include(page, path)
    for (const name of Object.keys(problemTypes)) assert.include(page, `\`${name}\``)
  })
})
