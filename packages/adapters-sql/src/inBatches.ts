/**
 * Deleting much without anybody waiting for long: many small transactions.
 */
import { Effect } from "effect"

/** Rows that one transaction deletes. */
export const sweepBatch = 500

/** Repeats a statement that deletes up to {@link sweepBatch} rows until there are fewer; answers how many it was. */
export const inBatches = <E>(batch: Effect.Effect<ReadonlyArray<unknown>, E>): Effect.Effect<number, E> =>
  Effect.gen(function* () {
    let all = 0
    for (;;) {
      const { length } = yield* batch
      all += length
      if (length < sweepBatch) return all
    }
  })
