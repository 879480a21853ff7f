/**
 * What is said where there is no agent that could work: nothing is started, and the words say how to get one.
 */
import { mkdirSync, writeFileSync } from "node:fs"
import { afterAll, assert, describe, it } from "@effect/vitest"
import { bareTools } from "../verification/support/execution.ts"
import { makePlace, type Place, quick, removePlaces, statusOf } from "./support/place.ts"

afterAll(removePlaces)

/** Something that stands for aider, as far as it is asked for its version. */
const fakeAider = ({ at }: Place, version = "0.86.2"): string => {
  mkdirSync(at("programs"))
  writeFileSync(at("programs", "python"), `#!/bin/sh\necho 'aider ${version}'\n`, { mode: 0o755 })
  writeFileSync(at("programs", "aider"), `#!${at("programs", "python")}\n`, { mode: 0o755 })
  return at("programs")
}

describe("no agent that could work", { timeout: 120_000 }, () => {
  const rows: ReadonlyArray<{
    readonly name: string
    readonly words: ReadonlyArray<string>
    readonly env?: (place: Place) => Readonly<Record<string, string>>
    readonly code: number
    readonly says: ReadonlyArray<RegExp>
  }> = [
    {
      name: "none is named, and none is installed",
      words: [],
      code: 5,
      says: [
        /^agent {4}none was found/m,
        /There is no agent: aider is not on the PATH/,
        /uv tool install/,
        /--agent command -- /
      ]
    },
    {
      name: "aider is named, and not installed",
      words: ["--agent", "aider"],
      code: 5,
      says: [/aider/, /uv tool install/]
    },
    {
      name: "a program that is not there",
      words: ["--agent", "command", "--", "./no-agent"],
      code: 5,
      says: [/\/no-agent does not exist\. Name one that does behind --/]
    },
    {
      name: "a program that is nowhere on the PATH",
      words: ["--agent", "command", "--", "no-agent"],
      code: 5,
      says: [/no-agent/]
    },
    {
      name: "aider without a key",
      words: ["--agent", "aider"],
      env: (place) => ({ PATH: `${fakeAider(place)}:${bareTools(place)}` }),
      code: 5,
      says: [/OPENAI_API_KEY/, /export \w+_API_KEY=…/]
    },
    {
      name: "aider without the key of the model that is named",
      words: ["--agent", "aider", "--model", "sonnet"],
      env: (place) => ({ PATH: `${fakeAider(place)}:${bareTools(place)}`, OPENAI_API_KEY: "sk-of-another" }),
      code: 5,
      says: [/ANTHROPIC_API_KEY/, /export ANTHROPIC_API_KEY=…/]
    },
    {
      name: "aider of a version that is not guarded is shown as that",
      words: ["--dry-run", "--agent", "aider", "--model", "gpt-5"],
      env: (place) => ({
        PATH: `${fakeAider(place, "0.87.0")}:${bareTools(place)}`,
        OPENAI_API_KEY: "sk-of-another"
      }),
      code: 0,
      says: [
        /^agent {4}aider 0\.87\.0, gpt-5 \(OPENAI_API_KEY\)/m,
        /^ +aider 0\.87\.0 \(not 0\.86\.2: nothing keeps it from writing outside the checkout.*\)\n +uv tool install /m
      ]
    },
    {
      name: "a program whose variable is not set",
      words: ["--agent-env", "SHOP_KEY", "--agent", "command", "--", "sh", "-c", "true"],
      code: 5,
      says: [/SHOP_KEY, which is not set here/]
    }
  ]
  for (const { name, words, env, code, says } of rows) {
    it(`${name}: nothing is started, exit code ${code}`, async () => {
      const place = makePlace()
      const environment = env?.(place) ?? { PATH: bareTools(place) }
      const ended = await place.call(["run", place.clone, ...quick, ...words], { env: environment })
      const said = ended.stdout + ended.stderr
      assert.strictEqual(ended.code, code, said)
      assert.strictEqual(statusOf(place), "none", said)
      for (const expected of says) assert.match(said, expected)
      assert.notInclude(said, "sk-of-another")
    })
  }
})
