/**
 * A file of a tree as text.
 */
import { Effect, Option } from "effect"
import type { Sha } from "../model/Ids.ts"
import { Repository, type RepositoryRef } from "../ports/Repository.ts"

/** Its text, where bytes that are no UTF-8 are replacement characters; undefined when it is not there. */
export const textAt = Effect.fnUntraced(function* (ref: RepositoryRef, tree: Sha, path: string) {
  const repository = yield* Repository
  const file = yield* repository.readFile(ref, tree, path)
  return Option.getOrUndefined(Option.map(file, ({ bytes }) => new TextDecoder().decode(bytes)))
})
