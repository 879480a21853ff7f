/**
 * The example: makes a project, runs `devteam run` on it as a person would, and checks on the remote what came of it.
 *
 * Ends well only if the remote has what the run says. That one task fails is part of it.
 */
import { Journal } from "@devteam/core/ports/Journal"
import { resolveRepository } from "@devteam/runner/repositoryArgument"
import { Effect, Option } from "effect"
import { environmentError, ExitWith, exitCodes } from "../ExitWith.ts"
import { Invocation } from "../Invocation.ts"
import { runProject } from "../run/runProject.ts"
import { withStores } from "../runtime.ts"
import { commandLine } from "../terminal/words.ts"
import { checkClaims, type Claim } from "./claims.ts"
import { choosePlace, makePlace, type Place } from "./place.ts"
import { readRemote } from "./remoteState.ts"
import { findings, introduction, runWords, suggestions } from "./words.ts"

/** `directory`: the folder that `--in` named. */
export interface ExampleOptions {
  readonly directory: string | undefined
  readonly json: boolean
}

/** How the person called us: what they type next has to work in the same way. */
const commandName = (environment: Readonly<Record<string, string | undefined>>): string =>
  environment["npm_execpath"] === undefined ? "devteam" : "npx devteam"

/** `devteam run` on the sample project. It is to end with tasks left; everything else is passed on. */
const runIt = Effect.fnUntraced(function* (place: Place, json: boolean) {
  const invocation = yield* Invocation
  const { output } = invocation
  const run = runProject({
    repository: place.remote,
    agent: "command",
    model: undefined,
    agentEnv: [],
    tasks: undefined,
    task: [],
    skip: [],
    maxTasks: undefined,
    until: undefined,
    onFailure: undefined,
    verify: [],
    noChange: undefined,
    requireVerify: false,
    maxCost: undefined,
    deliver: "main",
    fresh: false,
    yes: true,
    target: undefined,
    project: undefined,
    keep: false,
    dataDirectory: place.dataDirectory,
    json: false
  })
  yield* run.pipe(
    Effect.provideService(Invocation, {
      ...invocation,
      trailing: [place.agent, "{prompt}"],
      output: json ? { ...output, data: output.say } : output
    }),
    Effect.catchIf(
      (error) => error instanceof ExitWith && error.code === exitCodes.tasksLeft,
      () => Effect.void
    )
  )
})

const readJournal = Effect.fnUntraced(function* (place: Place) {
  const journal = yield* Journal
  const { projectId } = yield* resolveRepository(place.remote, place.remote)
  const found = yield* journal.latest(projectId)
  if (Option.isNone(found)) return yield* environmentError("The run left no journal behind.")
  return { state: yield* journal.load(found.value), records: yield* journal.records(found.value, 0) }
})

const failedClaims = (claims: ReadonlyArray<Claim>): number =>
  claims.filter((claim) => claim.found !== undefined).length

/** Runs the example. */
export const runExample = Effect.fn("runExample")(function* ({ directory, json }: ExampleOptions) {
  const { cwd, environment, output } = yield* Invocation
  const place = yield* choosePlace(directory, cwd)
  introduction(place).forEach(output.say)
  const first = yield* makePlace(place)
  const devteam = commandName(environment)
  const shown = [...runWords(devteam, place, place.remote)]
  output.say(output.style.bold(`$ DEVTEAM_DATA=${place.dataDirectory} ${commandLine(shown)}`))
  yield* runIt(place, json)
  const { records, state } = yield* withStores(place.dataDirectory, readJournal(place))
  const remote = yield* readRemote(place.remote)
  const claims = checkClaims(first, state, records, remote)
  const failed = failedClaims(claims)
  if (json) {
    const { blocked, executionId, outcomes, projectId } = state
    output.document({ ok: failed === 0, ...place, projectId, executionId, outcomes, blocked, claims })
  } else {
    findings(remote, claims, output.dataStyle).forEach(output.data)
    if (failed === 0) suggestions(devteam, place, output.dataStyle).forEach(output.data)
  }
  if (failed === 0) return
  return yield* new ExitWith({
    code: exitCodes.tasksLeft,
    message: `${failed} of ${claims.length} claims do not hold on the remote. The journal is in ${place.dataDirectory}.`
  })
})
