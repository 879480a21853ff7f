/**
 * The task list of a tree where nobody names one, and which others it might have been.
 *
 * The usual names go before each other in a fixed order. Of several that have the same name in different folders, as
 * Kiro and Spec Kit keep one list for each feature, the first that is not all done is meant.
 */
import { Effect, Option } from "effect"
import type { Sha } from "../model/Ids.ts"
import { Repository, type RepositoryRef } from "../ports/Repository.ts"
import { TaskList } from "../ports/TaskList.ts"
import { readList } from "./list.ts"

/** What was found; `others` have usual names as well, those that were most likely meant first. */
export interface FoundList {
  readonly path: string
  readonly others: ReadonlyArray<string>
}

const most = 50

/** The same for all features' lists. */
const nameOf = (path: string): string => path.replace(/[^/]+\/(?=[^/]+$)/, "*/")

const isDone = Effect.fnUntraced(function* (ref: RepositoryRef, tree: Sha, file: string) {
  const list = Option.getOrUndefined(yield* readList(ref, tree, { file }))
  if (list === undefined || list.errors.length > 0) return false
  return list.document.tasks.every(({ optional, state }) => optional || state === "done")
})

/** Looks for it. */
export const findList = Effect.fnUntraced(function* (ref: RepositoryRef, tree: Sha) {
  const repository = yield* Repository
  const lists = yield* TaskList
  const found: Array<string> = []
  let rest = yield* repository.listFiles(ref, tree)
  for (let next = lists.find(rest); Option.isSome(next) && found.length < most; next = lists.find(rest)) {
    const { value } = next
    found.push(value)
    rest = rest.filter((path) => path !== value)
  }
  const [first] = found
  if (first === undefined) return Option.none<FoundList>()
  const alike = found.filter((path) => nameOf(path) === nameOf(first))
  let path = first
  if (alike.length > 1) {
    for (const candidate of alike) {
      if (yield* isDone(ref, tree, candidate)) continue
      path = candidate
      break
    }
  }
  return Option.some<FoundList>({ path, others: found.filter((other) => other !== path) })
})

/** That there are others, for people; nothing where there are none. */
export const othersNote = ({ path, others }: FoundList): ReadonlyArray<string> => {
  if (others.length === 0) return []
  const more = others.length > 3 ? `, and ${others.length - 3} more` : ""
  return [
    `${path} is taken for the task list; there is ${others.slice(0, 3).join(", ")}${more} as well. Choose with --tasks <file>.`
  ]
}
