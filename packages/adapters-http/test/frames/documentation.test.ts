import { readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { watchProtocol } from "../../src/frames/bearer.ts"
import { closeCodes } from "../../src/frames/closeCodes.ts"
import { watchPath } from "../../src/frames/FrameHub.ts"
import { defaultWatchLimits } from "../../src/frames/WatchLimits.ts"

const page = readFileSync(new URL("../../../../docs/websocket.md", import.meta.url), "utf8")

describe("docs/websocket.md", () => {
  it("has every close code", () => {
    for (const [name, code] of Object.entries(closeCodes)) assert.include(page, `| ${code} |`, name)
  })

  it("has the limits that apply", () => {
    const { connections, unauthenticated, subscriptions, inboundPerSecond, inboundBurst } = defaultWatchLimits
    assert.include(page, `connections (${connections}; ${unauthenticated} of them without a token yet)`)
    assert.include(page, `subscriptions (${subscriptions})`)
    assert.include(page, `(${inboundPerSecond} a second, ${inboundBurst} at once)`)
    const { authMs, heartbeatMs, outboundFrames, outboundBytes, stallMs, inboundBytes } = defaultWatchLimits
    assert.include(page, `within ${authMs / 1000} seconds`)
    assert.include(page, `every ${heartbeatMs / 1000} seconds`)
    assert.include(page, `${outboundFrames} frames and ${outboundBytes / 1024 / 1024} MiB`)
    assert.include(page, `waits for it within ${stallMs / 1000} seconds`)
    assert.include(page, `larger than ${inboundBytes / 1024} KiB`)
  })

  it("has the path and the subprotocol", () => {
    assert.include(page, watchPath)
    assert.include(page, watchProtocol)
  })
})
