/** Answers about trees are remembered within bounds, failures never. */
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { remember } from "../src/remember.ts"

it.effect("asks once, forgets the oldest, keeps no failure and nothing large", () =>
  Effect.gen(function* () {
    const asked: Array<string> = []
    const lookup = remember(
      2,
      (name: string) => name,
      (answer: string) => answer !== "large",
      (name: string) => {
        asked.push(name)
        return name === "bad" ? Effect.fail("no") : Effect.succeed(name)
      }
    )
    for (const name of ["a", "a", "b", "c", "a", "large", "large"]) yield* lookup(name)
    yield* Effect.ignore(lookup("bad"))
    yield* Effect.ignore(lookup("bad"))
    assert.deepStrictEqual(asked, ["a", "b", "c", "a", "large", "large", "bad", "bad"])
  })
)
