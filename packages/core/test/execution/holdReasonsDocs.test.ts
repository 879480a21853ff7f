/** docs/delivery.md names everything that a task can be held for. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { HoldReason } from "@devteam/core/execution/Status"
import { assert, it } from "@effect/vitest"

const page = readFileSync(join(import.meta.dirname, "../../../../docs/delivery.md"), "utf8")

it("docs/delivery.md says what each reason to hold a task means, and no other", () => {
  const [, table = ""] = /^\| held as [^\n]*\n([^]*?)\n\n/m.exec(page) ?? []
  const cells = table.split("\n").map((row) => row.split(" | ")[0] ?? "")
  const named = cells.flatMap((cell) => [...cell.matchAll(/`(\w+)`/g)].map(([, name = ""]) => name))
  assert.sameMembers(named, [...HoldReason.literals])
})
