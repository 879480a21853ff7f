/**
 * `devteam diff`: what an agent changed for a task, as it was stored: redacted, and never applied to anything here.
 */
import type { Execution } from "@devteam/core/execution/State"
import type { ProjectId } from "@devteam/core/model/Ids"
import { Artifacts } from "@devteam/core/ports/Artifacts"
import { Journal } from "@devteam/core/ports/Journal"
import { Effect, Option } from "effect"
import { usageError } from "../ExitWith.ts"
import { Invocation } from "../Invocation.ts"
import type { Style } from "../terminal/style.ts"
import { plain } from "../terminal/words.ts"

/** Which diff. */
export interface DiffOptions {
  readonly projectId: ProjectId
  readonly taskId: string
  readonly round: number | undefined
  readonly json: boolean
}

const searched = 100

/** The newest stored diff of a task in an execution, or that of a round. */
const diffIn = Effect.fnUntraced(function* (
  { executionId }: Pick<Execution, "executionId">,
  options: DiffOptions
) {
  const artifacts = yield* Artifacts
  const keys = (yield* artifacts.list(executionId))
    .map(({ key }) => key)
    .filter(({ kind, taskId }) => kind === "diff.patch" && taskId === options.taskId)
    .filter(({ round }) => options.round === undefined || round === options.round)
    .toSorted((a, b) => b.round - a.round)
  const [key] = keys
  if (key === undefined) return undefined
  const bytes = yield* artifacts.get(executionId, key, "public")
  return Option.getOrUndefined(
    Option.map(bytes, (found) => ({ executionId, round: key.round, diff: new TextDecoder().decode(found) }))
  )
})

const coloured = (line: string, style: Style): string => {
  if (/^(diff |index |--- |\+\+\+ )/.test(line)) return style.bold(line)
  if (line.startsWith("@@")) return style.dim(line)
  if (line.startsWith("+")) return style.good(line)
  return line.startsWith("-") ? style.bad(line) : line
}

/** Prints it. Ends with 2 where there is none. */
export const diffTask = Effect.fn("diffTask")(function* (options: DiffOptions) {
  const { projectId, taskId, round, json } = options
  const { output } = yield* Invocation
  const journal = yield* Journal
  for (const { executionId } of yield* journal.list({ projectId, limit: searched })) {
    const found = yield* diffIn({ executionId }, options)
    if (found === undefined) continue
    if (json) return output.document({ projectId, taskId, ...found })
    const lines = plain(found.diff).split("\n")
    return output.raw(lines.map((line) => coloured(line, output.dataStyle)).join("\n"))
  }
  const which = round === undefined ? "" : ` of round ${round}`
  return yield* usageError(
    `No change${which} is stored for task ${taskId} of ${projectId}. What was done for it: devteam show ${taskId} --project ${projectId}`
  )
})
