/**
 * Remembers answers that can never change: what lies in a tree is fixed by its name.
 *
 * Bounded, the oldest is forgotten first; failures are never remembered. Whether an object is there at all must not be
 * asked here: a cache may lose objects.
 */
import { Effect } from "effect"

/** Wraps a lookup. `key` names its arguments; `keeps` says whether an answer is small enough to be kept. */
export const remember = <Args extends ReadonlyArray<unknown>, A, E>(
  most: number,
  key: (...args: Args) => string,
  keeps: (answer: A) => boolean,
  lookup: (...args: Args) => Effect.Effect<A, E>
): ((...args: Args) => Effect.Effect<A, E>) => {
  const known = new Map<string, A>()
  return (...args) =>
    Effect.suspend(() => {
      const name = key(...args)
      const answer = known.get(name)
      if (answer !== undefined) return Effect.succeed(answer)
      return Effect.tap(lookup(...args), (fresh) =>
        Effect.sync(() => {
          if (!keeps(fresh)) return
          const oldest = known.keys().next().value
          if (known.size >= most && oldest !== undefined) known.delete(oldest)
          known.set(name, fresh)
        })
      )
    })
}
