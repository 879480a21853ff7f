/**
 * `devteam clean`: shows what ended runs left in the data directory, asks, and removes it.
 */
import { existsSync } from "node:fs"
import { join } from "node:path"
import { findLeftovers, type Leftover, removeLeftovers } from "@devteam/runner/leftovers"
import { Effect } from "effect"
import { confirm } from "../confirm.ts"
import { ExitWith, exitCodes } from "../ExitWith.ts"
import { Invocation } from "../Invocation.ts"
import { findProject } from "../projectArgument.ts"
import { withStores } from "../runtime.ts"
import { table } from "../terminal/table.ts"
import { bytes } from "../terminal/words.ts"

/** What is to be removed. */
export interface CleanOptions {
  /** Only this project's. */
  readonly project: string | undefined
  readonly cache: boolean
  readonly yes: boolean
  readonly dataDirectory: string
  readonly json: boolean
}

const sum = (leftovers: ReadonlyArray<Leftover>): number =>
  leftovers.reduce((total, leftover) => total + leftover.bytes, 0)

const nothing = "Nothing was removed."

/** Whether the person wants it. Ends with 2 where nobody can be asked. */
const wanted = Effect.fnUntraced(function* ({ yes }: CleanOptions, total: number) {
  if (yes) return true
  const { ask } = yield* Invocation
  if (ask !== undefined) return yield* confirm(ask, `Remove ${bytes(total)}?`, nothing)
  return yield* new ExitWith({
    code: exitCodes.usage,
    message: `${nothing} There is no terminal to ask on: add --yes.`
  })
})

/** Shows, asks, removes, and says how much was freed. */
export const cleanUp = Effect.fn("cleanUp")(function* (options: CleanOptions) {
  const { project, cache, dataDirectory, json } = options
  const { output } = yield* Invocation
  const say = json ? output.say : output.data
  if (!existsSync(join(dataDirectory, "devteam.sqlite"))) {
    if (json) return output.document({ dataDirectory, removed: [], freedBytes: 0, kept: [] })
    return say(`There is nothing to remove: ${dataDirectory} has no data of any run.`)
  }
  const perform = Effect.gen(function* () {
    const projectId =
      project === undefined ? undefined : (yield* findProject(project, dataDirectory)).projectId
    const found = yield* findLeftovers({ dataDirectory, projectId, cache })
    if (found.length > 0) {
      table(found.map(({ kind, of, bytes: size }) => [bytes(size), kind, of])).forEach(say)
    }
    const removed =
      found.length > 0 && (yield* wanted(options, sum(found)))
        ? yield* removeLeftovers(found, dataDirectory)
        : []
    const kept = found.filter((leftover) => !removed.includes(leftover))
    if (json) return output.document({ dataDirectory, removed, freedBytes: sum(removed), kept })
    if (found.length === 0) {
      return say(
        `There is nothing to remove in ${dataDirectory}.${cache ? "" : " With --cache, copies of repositories go as well."}`
      )
    }
    if (removed.length === 0) return
    say(`Freed ${bytes(sum(removed))} in ${dataDirectory}.`)
    if (kept.length > 0) say(`Kept ${bytes(sum(kept))}: somebody has begun to work on it.`)
  })
  yield* withStores(dataDirectory, perform)
})
