/**
 * When to connect again: 1 s after the first failure, 2 s after the second, and so on, 30 s at most.
 */

/** Milliseconds to wait after so many failures in a row (1 and more). */
export const reconnectDelay = (failures: number): number => Math.min(failures, 30) * 1000

/** Waits; ends early when the signal is aborted. */
export const sleep = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const done = (): void => {
      clearTimeout(timer)
      signal.removeEventListener("abort", done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener("abort", done)
  })
