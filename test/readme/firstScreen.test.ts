/**
 * README's first screen is what the program prints: the command of its first line, answered with yes.
 *
 * Times and commits differ from run to run and may; `DEVTEAM_UPDATE_TRANSCRIPTS=1` writes a new run into README.
 */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { type Machine, makeMachine } from "./support/machine.ts"
import { maskedLoosely } from "./support/masked.ts"
import { firstScreen, writeFirstScreen } from "./support/readme.ts"

describe("README's first screen", { timeout: 180_000 }, () => {
  let machine: Machine
  beforeAll(async () => {
    machine = await makeMachine()
  })
  afterAll(() => machine.close())

  it("is a real run", async () => {
    const [command = ""] = firstScreen().split("\n")
    assert.match(command, /^\$ npx devteam run /)
    const home = machine.makeHome()
    await home.types("git config --global user.name You; git config --global user.email you@example.com")
    home.addAgent()
    const { code, text } = await home.types(command.slice(2), "y")
    assert.strictEqual(code, 0, text)
    // On a terminal the answer stands behind the question, on a line of its own.
    const run = text.replace("Start? [y/N] ", "Start? [y/N] y\n").replace(/(?<=commands run as )\S+/, "you")
    const screen = `${command}\n${run}`
    if (process.env["DEVTEAM_UPDATE_TRANSCRIPTS"] === "1") writeFirstScreen(screen)
    assert.strictEqual(maskedLoosely(screen), maskedLoosely(firstScreen()))
  })
})
