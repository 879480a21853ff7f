/**
 * What every coding agent has to keep to, whatever it is made of.
 *
 * The fixture brings an agent to one behaviour at a time; the suite looks at what is left of the run.
 */
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, type Layer, type Scope } from "effect"
import type { AgentSettings } from "../../model/Settings.ts"
import { type AgentEvidence, type AgentInput, CodingAgents } from "../../ports/CodingAgent.ts"
import type { SandboxSession } from "../../ports/Sandbox.ts"

/**
 * What the agent is to do. `writes_file`: `hello.txt` with the line `hello`, printing `wrote hello.txt`;
 * `writes_file_and_fails`: the same, then exit code 3; `nothing_to_do`: prints the stated line with the reason
 * `already there`; `silent`: prints `thinking`; `fails`: prints `no such model`, exit code 4; `prints_prompt`: its
 * prompt, byte for byte; `prints_variable`: the value of `AGENT_KEY`; `hangs`: prints `started`, then never ends.
 */
export type AgentBehaviour =
  | "writes_file"
  | "writes_file_and_fails"
  | "nothing_to_do"
  | "silent"
  | "fails"
  | "prints_prompt"
  | "prints_variable"
  | "hangs"

/** How the suite gets at an agent. */
export interface CodingAgentFixture {
  readonly agents: Layer.Layer<CodingAgents>
  readonly id: string
  /** Settings that bring the agent to a behaviour; `env` is set by the suite. */
  readonly settings: (behaviour: AgentBehaviour) => AgentSettings
  /** A session, and two empty directories: a checkout, and a scratch directory outside it. */
  readonly place: Effect.Effect<
    { readonly session: SandboxSession; readonly checkout: string; readonly scratch: string },
    never,
    Scope.Scope
  >
  readonly readFile: (checkout: string, path: string) => Effect.Effect<string | undefined>
  /** How many runs are still going on; asked after an interruption. */
  readonly running: Effect.Effect<number>
  /** Variables that every run needs. */
  readonly variables?: Readonly<Record<string, string>>
  /** How long a run may take, in ms; 20,000 when absent. */
  readonly timeoutMs?: number
  /** The prompt in what `prints_prompt` printed; all of it when absent. */
  readonly promptIn?: (output: string) => string
}

interface Ran {
  readonly evidence: AgentEvidence
  readonly output: string
  readonly changed: boolean
}

/** Registers the suite. */
export const codingAgentContract = (name: string, fixture: CodingAgentFixture): void => {
  const input = (
    behaviour: AgentBehaviour,
    place: Pick<AgentInput, "checkout" | "scratch">,
    more: Partial<AgentInput> = {}
  ): AgentInput => ({
    settings: fixture.settings(behaviour),
    checkout: place.checkout,
    scratch: place.scratch,
    prompt: "Make the change.\n",
    timeoutMs: fixture.timeoutMs ?? 20_000,
    idleTimeoutMs: fixture.timeoutMs ?? 20_000,
    maxOutputBytes: 1_000_000,
    ...more,
    env: { DEVTEAM_TASK_ID: "2.1", DEVTEAM_ROUND: "1", ...fixture.variables, ...more.env }
  })

  const run = Effect.fn("run")(function* (behaviour: AgentBehaviour, more: Partial<AgentInput> = {}) {
    const agent = yield* (yield* CodingAgents).get(fixture.id)
    const place = yield* fixture.place
    const chunks: Array<Uint8Array> = []
    const evidence = yield* agent.run(input(behaviour, place, more), place.session, (event) =>
      Effect.sync(() => chunks.push(event.bytes))
    )
    const decoder = new TextDecoder()
    const output = chunks.map((bytes) => decoder.decode(bytes, { stream: true })).join("")
    const changed = (yield* fixture.readFile(place.checkout, "hello.txt")) !== undefined
    return { agent, place, ran: { evidence, output, changed } satisfies Ran }
  })

  const judged = (behaviour: AgentBehaviour) =>
    Effect.map(run(behaviour), ({ agent, ran }) => agent.judge(ran.evidence, ran.changed))

  describe(`coding agent: ${name}`, () => {
    it.live("is known by its id, and an unknown one is an error that names the known ones", () =>
      Effect.gen(function* () {
        const agents = yield* CodingAgents
        assert.strictEqual((yield* agents.get(fixture.id)).id, fixture.id)
        const error = yield* Effect.flip(agents.get("no-such-agent"))
        assert.strictEqual(error.reason, "unknown_agent")
        assert.isFalse(error.retryable)
        for (const id of agents.ids) assert.include(error.message, id)
      }).pipe(Effect.provide(fixture.agents))
    )

    it.live("answers a probe, and names a variable that has no value", () =>
      Effect.gen(function* () {
        const agent = yield* (yield* CodingAgents).get(fixture.id)
        const { session, checkout } = yield* fixture.place
        const settings = { ...fixture.settings("silent"), env: ["AGENT_KEY", "AGENT_BASE"] }
        const env = { AGENT_KEY: "s3cret", AGENT_BASE: "http://127.0.0.1" }
        assert.notStrictEqual(yield* agent.probe(settings, session, env, checkout), "")
        const error = yield* Effect.flip(agent.probe(settings, session, { AGENT_KEY: "s3cret" }, checkout))
        assert.isTrue(error._tag === "AgentError" && error.reason === "missing_variable")
        assert.include(error.message, "AGENT_BASE")
        assert.notInclude(error.message, "AGENT_KEY")
        assert.notInclude(error.message, "s3cret")
      }).pipe(Effect.provide(fixture.agents))
    )

    it.live("a changed file is a change", () =>
      Effect.gen(function* () {
        const { agent, place, ran } = yield* run("writes_file")
        assert.strictEqual(yield* fixture.readFile(place.checkout, "hello.txt"), "hello\n")
        assert.include(ran.output, "wrote hello.txt")
        assert.strictEqual(ran.evidence.tail, ran.output)
        assert.strictEqual(ran.evidence.exit.exitCode, 0)
        assert.strictEqual(agent.judge(ran.evidence, true)._tag, "Changed")
        assert.strictEqual(agent.judge(ran.evidence, false)._tag, "NoEdit", "git decides, not the output")
      }).pipe(Effect.provide(fixture.agents))
    )

    it.live("a change by an agent that failed is not taken as done", () =>
      Effect.gen(function* () {
        const outcome = yield* judged("writes_file_and_fails")
        assert.isTrue(outcome._tag === "MalformedEdit" && outcome.message.includes("3"))
      }).pipe(Effect.provide(fixture.agents))
    )

    it.live("a stated nothing-to-do is a no-op with its reason, silence is not", () =>
      Effect.gen(function* () {
        assert.deepStrictEqual(yield* judged("nothing_to_do"), { _tag: "NoOp", reason: "already there" })
        assert.strictEqual((yield* judged("silent"))._tag, "NoEdit")
      }).pipe(Effect.provide(fixture.agents))
    )

    it.live("a failure without a change is a failure that a next round may mend", () =>
      Effect.gen(function* () {
        const outcome = yield* judged("fails")
        assert.isTrue(outcome._tag === "Failed" && !outcome.permanent)
      }).pipe(Effect.provide(fixture.agents))
    )

    it.live("the prompt arrives as it is", () =>
      Effect.gen(function* () {
        const prompt = `Größe 🚀 "$HOME" \`id\` {model} {prompt}\n${"x".repeat(10_000)}\n`
        const { ran } = yield* run("prints_prompt", { prompt })
        assert.strictEqual(fixture.promptIn?.(ran.output) ?? ran.output, prompt)
      }).pipe(Effect.provide(fixture.agents))
    )

    it.live("the variables that it needs reach it", () =>
      Effect.gen(function* () {
        const settings = { ...fixture.settings("prints_variable"), env: ["AGENT_KEY"] }
        const { ran } = yield* run("prints_variable", { settings, env: { AGENT_KEY: "s3cret" } })
        assert.include(ran.output, "s3cret")
      }).pipe(Effect.provide(fixture.agents))
    )

    it.live("an interruption leaves nothing running", () =>
      Effect.gen(function* () {
        const agent = yield* (yield* CodingAgents).get(fixture.id)
        const place = yield* fixture.place
        const started = yield* Deferred.make<void>()
        const fiber = yield* Effect.forkChild(
          agent.run(input("hangs", place), place.session, () => Deferred.succeed(started, undefined))
        )
        yield* Deferred.await(started)
        assert.strictEqual(yield* fixture.running, 1)
        yield* Fiber.interrupt(fiber)
        assert.strictEqual(yield* fixture.running, 0)
      }).pipe(Effect.provide(fixture.agents))
    )
  })
}
