import { assert, describe, it } from "@effect/vitest"
import { findings, read } from "./parsing.ts"

const wbs = (count: number): string => {
  let text = ""
  for (let n = 0; n < count; n++) {
    const [phase, item] = [Math.floor(n / 100) + 1, (n % 100) + 1]
    if (item === 1) text += `\nPhase ${phase}: Part (Dependencies: [${phase > 1 ? phase - 1 : ""}])\n\n`
    const on = item > 1 ? `${phase}.${item - 1}` : ""
    text += `- ${phase}.${item} Do the thing number ${n} (Dependencies: [${on}])\n  - ${phase}.${item}.1 part\n    • criterion\n`
  }
  return text
}

const checkboxes = (count: number): string =>
  Array.from(
    { length: count },
    (_, n) => `- [ ] ${n + 1}. Do the thing\n  - a note\n  - _Depends: ${n === 0 ? "none" : n}_\n`
  ).join("")

const twoPhases = (count: number): string => {
  const half = count / 2
  const items = (phase: number) =>
    Array.from({ length: half }, (_, n) => `- ${phase}.${n} T (Dependencies: [])\n`).join("")
  return `Phase 1: A\n\n${items(1)}\nPhase 2: B (Dependencies: [1])\n\n${items(2)}`
}

/** Milliseconds of CPU, the fastest of five: what else runs on the machine does not count. */
const fastest = (text: string): number =>
  Math.min(
    ...Array.from({ length: 5 }, () => {
      const started = process.cpuUsage()
      read(text)
      const { user, system } = process.cpuUsage(started)
      return (user + system) / 1000
    })
  )

describe("10,000 tasks", () => {
  for (const [name, list] of Object.entries({ wbs, checkboxes, twoPhases })) {
    it(`${name}: in under a second, and growing linearly`, () => {
      assert.deepStrictEqual(findings(list(10_000)), [])
      assert.lengthOf(read(list(10_000)).tasks, 10_000)
      const [quarter, whole] = [fastest(list(2_500)), fastest(list(10_000))]
      assert.isBelow(whole, 1_000, `10,000 tasks took ${whole} ms`)
      // Linear growth gives 4, quadratic 16.
      assert.isBelow(whole / quarter, 8, `2,500: ${quarter} ms, 10,000: ${whole} ms`)
    })
  }
})
