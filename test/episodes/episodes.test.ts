/**
 * The real aider at work in small repositories, against a model that behaves in all the ways that models do: what
 * DevTeam makes of each has to be right, and has to be said right.
 *
 * Nothing is replaced but the model: git, sandbox, agent, builds and the database are real.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Semaphore } from "effect"
import { aiderProgram } from "../../packages/adapters-agents/test/support/aiderVenv.ts"
import { replyCostUsd } from "../../packages/adapters-agents/test/support/modelPrices.ts"
import { git } from "../support/bareRemote.ts"
import { findViolations } from "../support/invariants.ts"
import { canaries } from "./support/canaries.ts"
import type { Episode } from "./support/Episode.ts"
import { secretsLeft, writtenOutside } from "./support/leaks.ts"
import { expectedOf, outcomeOf, toldIn } from "./support/outcome.ts"
import { type Played, runEpisode } from "./support/runEpisode.ts"
import { episodes } from "./table.ts"

const aider = await aiderProgram()
if ("missing" in aider) console.warn(aider.missing)
const program = "program" in aider ? aider.program : ""

const working = Semaphore.makeUnsafe(3)

const requestsAreRight = ({ episode, model }: Played): void => {
  assert.deepStrictEqual(model.strays, [], "nothing but chat completions is asked for")
  for (const [number, { has = [], hasNot = [] }] of Object.entries(episode.asked ?? {})) {
    const text = model.requests[Number(number) - 1]?.text ?? ""
    for (const part of has) assert.include(text, part, `request ${number}`)
    for (const part of hasNot) assert.notInclude(text, part, `request ${number}`)
  }
  for (const { key } of model.requests) assert.strictEqual(key, canaries.OPENAI_API_KEY)
}

const commitsAreRight = ({ bare, episode }: Played): void => {
  const completed = episode.verdicts.filter((verdict) => verdict === "completed").length
  const authors = git(bare, "log", "--reverse", "--format=%an <%ae>, %cn", "main").trim().split("\n")
  assert.deepStrictEqual(authors.slice(1), Array(completed).fill("Ada <ada@example.com>, Ada"))
  const branches = git(bare, "for-each-ref", "--format=%(refname)", "refs/heads", "refs/tags").trim()
  assert.strictEqual(branches, "refs/heads/main")
}

const play = (episode: Episode) =>
  Effect.gen(function* () {
    const played = yield* runEpisode(episode, program)
    const told = toldIn(played)
    const log = `told:\n${told}\nrequests: ${played.model.requests.length}`
    assert.deepStrictEqual(outcomeOf(played), expectedOf(played.episode), log)
    for (const part of episode.says ?? []) assert.include(told, part)
    const { waiting, updatedAt } = played.recorded.state
    if (episode.waitsFor !== undefined) {
      const seconds = ((waiting?.until ?? 0) - updatedAt) / 1_000
      assert.approximately(seconds, episode.waitsFor, 60)
    }
    if (episode.run?.model === undefined) {
      const { costUsd, inputTokens } = played.recorded.state
      assert.approximately(costUsd, (inputTokens / 1_000) * replyCostUsd, 1e-9)
    }
    requestsAreRight(played)
    commitsAreRight(played)
    assert.deepStrictEqual(writtenOutside(played), [], "nothing outside the checkout is written")
    assert.deepStrictEqual(secretsLeft(played), [], "no secret is anywhere")
    assert.deepStrictEqual(
      findViolations({ dataDirectories: [played.dataDirectory], remote: played.bare }),
      []
    )
  })

describe.skipIf("missing" in aider)("aider episodes", { concurrent: true, timeout: 400_000 }, () => {
  for (const episode of episodes) {
    it.live(episode.behaviour, () =>
      episode.waits === true ? play(episode) : working.withPermits(1)(play(episode))
    )
  }
})
