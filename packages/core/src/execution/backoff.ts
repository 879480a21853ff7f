/**
 * How long an execution waits after an infrastructure failure, as data.
 *
 * Evaluated by `decide`, so the answer is in the journal and survives a restart. Nothing here sleeps.
 */

const firstDelayMs = 1_000
const exhaustedDelayMs = 5 * 60_000

/**
 * Milliseconds to wait after the `failures`-th failure in a row (from 1): 1, 2, 4, 8 s …; from `attempts` on every
 * five minutes, for ever: an infrastructure failure never fails a task.
 */
export const delayAfter = (failures: number, attempts: number): number =>
  failures >= attempts ? exhaustedDelayMs : firstDelayMs * 2 ** (failures - 1)
