/**
 * A row of a table of odd inputs: what is there, what is typed, and what has to come of it.
 */
import { assert, it } from "@effect/vitest"
import { git } from "../../support/bareRemote.ts"
import type { Ended } from "../../support/devteamCommand.ts"
import { type Files, makePlace, type Place, statusOf } from "./place.ts"

/** See the module. */
export interface Situation {
  readonly name: string
  readonly files?: Files
  readonly agent?: string
  readonly arrange?: (place: Place) => void
  readonly run: (place: Place) => Promise<Ended>
  readonly status: string
  readonly code: number
  /** What it says, wherever. */
  readonly says: ReadonlyArray<RegExp>
  /** The agent's calls, by task and round. */
  readonly calls: ReadonlyArray<string>
  /** What else is so afterwards. */
  readonly also?: (place: Place, ended: Ended) => Promise<void> | void
}

/** The calls of an agent that does both tasks of `twoWords` in one round each. */
export const both: ReadonlyArray<string> = ["1.1", "2.1"]

/** The branches of a repository, sorted. */
export const branchesOf = (repository: string): ReadonlyArray<string> =>
  git(repository, "for-each-ref", "--format=%(refname:short)", "refs/heads").trim().split("\n")

/** Registers a test for each row. */
export const itSays = (situations: ReadonlyArray<Situation>): void => {
  for (const { name, files, agent, arrange, run, status, code, says, calls, also } of situations) {
    it(`${name}: ${status}, exit code ${code}`, async () => {
      const place = makePlace(files, agent)
      arrange?.(place)
      const ended = await run(place)
      const said = ended.stdout + ended.stderr
      assert.strictEqual(ended.code, code, said)
      assert.strictEqual(statusOf(place), status, said)
      for (const words of says) assert.match(said, words)
      assert.notMatch(said, /^\s+at .*:\d+/m)
      assert.deepStrictEqual(place.calls(), calls)
      await also?.(place, ended)
    })
  }
}
