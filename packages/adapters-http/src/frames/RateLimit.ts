/** How many messages may come: so many at once, and so many per second on average. */

/** Answers whether one more may come now. `now` in ms. */
export const makeRateLimit = (perSecond: number, burst: number): ((now: number) => boolean) => {
  let left = burst
  let at = 0
  return (now) => {
    left = Math.min(burst, left + ((now - at) * perSecond) / 1000) - 1
    at = now
    return left >= 0
  }
}
