/**
 * README's commands, each executed literally on a machine on which nothing was ever done: no agent, no key, and not
 * even a name for git. Where it fails it has to say what is wrong, where, and what to do next.
 *
 * What they print is in `transcripts/`; `DEVTEAM_UPDATE_TRANSCRIPTS=1` writes it anew, to be looked at.
 */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { type Machine, makeMachine, type Transcript } from "./support/machine.ts"
import { masked } from "./support/masked.ts"
import { commands } from "./support/readme.ts"

const folder = join(import.meta.dirname, "transcripts")
const isUpdate = process.env["DEVTEAM_UPDATE_TRANSCRIPTS"] === "1"

const fileOf = (command: string): string =>
  `${command
    .replace(/^npx devteam /, "")
    .replace(/[^a-z0-9]+/gi, "-")
    .replace(/^-+|-+$/g, "")}.txt`

const shown = (line: string, { code, text }: Transcript): string =>
  `$ ${line}\n${text}${text === "" || text.endsWith("\n") ? "" : "\n"}(exit code ${code})\n`

/** A command that a person can type now, or the words that are missing in the one that they typed. */
const nextCommand = /(?:^|[\s(`])(?:devteam|git|uv|npm) [a-z]|--[a-z]{2,}|-- \.\//

describe("README's commands", { timeout: 180_000 }, () => {
  let machine: Machine
  beforeAll(async () => {
    machine = await makeMachine()
  })
  afterAll(() => machine.close())

  it("are all in the transcripts, and nothing else is", () => {
    assert.isAbove(commands().length, 10)
    if (isUpdate) {
      for (const name of readdirSync(folder)) {
        if (!commands().map(fileOf).includes(name)) rmSync(join(folder, name))
      }
      return
    }
    assert.sameMembers(readdirSync(folder), commands().map(fileOf))
  })

  for (const command of commands()) {
    it(command, async () => {
      const home = machine.makeHome()
      const first = await home.types(command)
      const transcripts = [first]
      let transcript = shown(command, first)
      // Whoever is told to give git a name does so, and tries again.
      const advised = first.text.split("\n").filter((line) => line.startsWith("  git config "))
      if (advised.length > 0) {
        for (const line of advised) assert.deepStrictEqual(await home.types(line), { text: "", code: 0 })
        const second = await home.types(command)
        transcript += `\n${advised.map((line) => `$ ${line.trim()}\n`).join("")}${shown(command, second)}`
        transcripts.push(second)
      }
      for (const { code, text } of transcripts) {
        if (code === 0) continue
        assert.include([2, 5], code, text)
        assert.match(text, nextCommand)
        assert.notMatch(text, /^\s+at .*:\d+/m, "a stack is no advice")
      }
      transcript = masked(transcript)
      const file = join(folder, fileOf(command))
      if (isUpdate) writeFileSync(file, transcript)
      assert.strictEqual(transcript, existsSync(file) ? readFileSync(file, "utf8") : "")
    })
  }
})
