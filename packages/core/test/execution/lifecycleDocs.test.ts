/** docs/lifecycle.md is what the code's tables say. */
import { readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import type { Status } from "../../src/execution/Status.ts"
import { lifecyclePage, lifecyclePath, reportedArrows } from "../../../../scripts/lifecycleDocs.ts"
import { edges } from "./model/laws.ts"

const byRequest = new Set(["PauseRequested", "Resumed", "StopRequested"])

describe("docs/lifecycle.md", () => {
  it("is current (else: npm run docs)", () => {
    assert.strictEqual(readFileSync(lifecyclePath, "utf8"), lifecyclePage())
  })

  it("draws every way that an execution can take, and no other", () => {
    const possible = (Object.keys(edges) as Array<Status>).flatMap((from) =>
      Object.entries(edges[from])
        .filter(([event]) => !byRequest.has(event))
        .flatMap(([, to]) => to.map((status) => `${from} ${status}`))
    )
    assert.sameMembers(
      reportedArrows.map(([from, to]) => `${from} ${to}`),
      [...new Set(possible)]
    )
  })
})
