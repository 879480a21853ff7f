/**
 * A second terminal that looks at a project's status all the time, until its stdin is closed.
 *
 * It says in a line of JSON how often it looked and what it saw that cannot be.
 */
import type { StatusProjection } from "@devteam/core/execution/StatusProjection"
import { ProjectId } from "@devteam/core/model/Ids"
import { Journal } from "@devteam/core/ports/Journal"
import { embeddedStores } from "@devteam/runner/layers/stores"
import { Effect, Option } from "effect"

const [dataDirectory = "", project = ""] = process.argv.slice(2)

const isEnded = (status: string): boolean => ["completed", "stopped", "error"].includes(status)

/** What is wrong with one row. */
const contradictions = (row: StatusProjection): ReadonlyArray<string> => {
  const rests = isEnded(row.status) || row.status === "paused"
  return [
    ...(rests && row.currentStep !== null ? [`${row.status} while ${row.currentStep} runs`] : []),
    ...(row.status === "completed" && row.totals.completed !== row.totals.total
      ? ["completed, and tasks are open"]
      : []),
    ...(row.totals.completed > row.totals.total ? ["more tasks done than there are"] : []),
    ...(row.currentStep !== null && row.waiting !== undefined ? ["waiting while a step runs"] : [])
  ]
}

/** What cannot have become of the row before. */
const regressions = (before: StatusProjection | undefined, row: StatusProjection): ReadonlyArray<string> => {
  if (before === undefined || before.executionId !== row.executionId) return []
  const changed = JSON.stringify(before) !== JSON.stringify(row)
  return [
    ...(row.updatedAt < before.updatedAt ? ["an older row than the one before"] : []),
    ...(row.totals.completed < before.totals.completed ? ["fewer tasks done than before"] : []),
    ...(isEnded(before.status) && changed ? [`something new after its end as ${before.status}`] : [])
  ]
}

const watch = Effect.gen(function* () {
  const journal = yield* Journal
  const violations: Array<string> = []
  const seen: Array<string> = []
  let looks = 0
  let before: StatusProjection | undefined
  process.stdin.resume()
  process.stdout.write("watching\n")
  while (!process.stdin.readableEnded) {
    const row = Option.getOrUndefined(yield* journal.status(ProjectId.make(project)))
    looks += 1
    if (row !== undefined) {
      const wrong = [...contradictions(row), ...regressions(before, row)]
      if (row.executionId !== before?.executionId) {
        if (seen.includes(row.executionId)) wrong.push("an execution that had been followed by another one")
        seen.push(row.executionId)
      }
      violations.push(...wrong.map((text) => `${row.executionId} at ${row.updatedAt}: ${text}`))
      before = row
    }
    yield* Effect.sleep(20)
  }
  process.stdout.write(`${JSON.stringify({ looks, executions: seen.length, violations })}\n`)
})

await Effect.runPromise(Effect.provide(watch, embeddedStores({ dataDirectory })))
