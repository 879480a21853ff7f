/**
 * How long requests took to have their effect, as the journal tells it.
 */
import type { Recorded } from "../../support/journalOf.ts"

/** A request and its effect. Times in epoch ms. */
export interface RequestEffect {
  readonly kind: "pause now" | "stop"
  readonly askedAt: number
  readonly effectAt: number
}

/** From each request for an immediate pause, or a stop, to the record that says that it has happened. */
export const effectsIn = (executions: ReadonlyArray<Recorded>): ReadonlyArray<RequestEffect> =>
  executions.flatMap(({ records }) =>
    records.flatMap(({ at, event, seq }): ReadonlyArray<RequestEffect> => {
      const kind =
        event._tag === "StopRequested"
          ? ("stop" as const)
          : event._tag === "PauseRequested" && event.mode === "now"
            ? ("pause now" as const)
            : undefined
      if (kind === undefined) return []
      // Somebody may have changed their mind before it happened: then there is no effect to wait for.
      const next = records.find(
        (later) =>
          later.seq > seq &&
          ["Paused", "Stopped", "Resumed", "StopRequested", "ExecutionCompleted", "ExecutionFailed"].includes(
            later.event._tag
          )
      )
      const wanted = kind === "stop" ? "Stopped" : "Paused"
      if (next?.event._tag !== wanted) return []
      // Where nothing ran, both are of one append.
      return next.seq === seq + 1 && next.at === at ? [] : [{ kind, askedAt: at, effectAt: next.at }]
    })
  )

/** A share of sorted numbers, 0.5 for the median. */
export const percentile = (numbers: ReadonlyArray<number>, share: number): number =>
  numbers.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(share * numbers.length) - 1)] ?? 0
