/**
 * What a worker process is told, as one JSON text.
 */

/** Which guard of the push protocol is missing. */
export type Control =
  /** Recovery does not look: it merges again on the new head and pushes that. */
  | "merge_again"
  /** As above, and the list is not asked either whether the task is done. */
  | "merge_again_and_tick_again"
  /** It looks, and takes the look for proof: seals are never pushed. */
  | "no_seal"
  /** Pushes without `--atomic`. */
  | "no_atomic"
  /** The fence is in the push, and is not changed by it. */
  | "unchanged_fence"

/** Where to die: at the `nth` passing of a failpoint, or so many ms after it. */
export interface Kill {
  readonly place: string
  readonly nth: number
  readonly afterMs: number
}

/** See the module. */
export interface WorkerJob {
  readonly dataDirectory: string
  readonly projectId: string
  readonly url: string
  readonly username: string
  readonly password: string
  readonly agent: ReadonlyArray<string>
  /** `npm ci` and `npm run build` when absent. */
  readonly verify?: ReadonlyArray<ReadonlyArray<string>> | undefined
  /** Push tries before the execution waits a minute; three when absent. */
  readonly generations?: number | undefined
  readonly kill?: Kill | undefined
  /** Ask for a stop before anything else. */
  readonly stop?: boolean | undefined
  readonly control?: Control | undefined
}
