import { assert, describe, it } from "@effect/vitest"
import { reconnectDelay, sleep } from "../src/reconnect.ts"

describe("reconnecting", () => {
  it("waits a second more after each failure, and never more than thirty", () => {
    assert.deepStrictEqual(
      [1, 2, 3, 29, 30, 31, 1_000].map(reconnectDelay),
      [1_000, 2_000, 3_000, 29_000, 30_000, 30_000, 30_000]
    )
  })

  it("wakes up when it is aborted", async () => {
    const controller = new AbortController()
    const sleeping = sleep(60_000, controller.signal)
    controller.abort()
    await sleeping
    await sleep(60_000, controller.signal)
  })
})
