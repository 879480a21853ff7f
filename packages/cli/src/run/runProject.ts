/**
 * `devteam run`: from what a person said to an execution that this process works on.
 */
import { randomUUID } from "node:crypto"
import { CorrelationId, ProjectId } from "@devteam/core/model/Ids"
import type { Scope } from "@devteam/core/model/Settings"
import { Frames } from "@devteam/core/ports/Frames"
import { start } from "@devteam/core/worker/start"
import { resolveRepository } from "@devteam/runner/repositoryArgument"
import { type RunSettings, toSettings } from "@devteam/runner/RunSettings"
import { userIdentity } from "@devteam/runner/userIdentity"
import { Effect, Schema } from "effect"
import { ExitWith, exitCodes, usageError } from "../ExitWith.ts"
import { Invocation } from "../Invocation.ts"
import { resumeCommand } from "../resumeCommand.ts"
import { withMachine, withRunner } from "../runtime.ts"
import { commandLine } from "../terminal/words.ts"
import { type AgentOptions, agentSettings, refuseSecrets } from "./agent.ts"
import { workHere } from "./workHere.ts"

/** The options of `run`. */
export interface RunOptions extends AgentOptions {
  readonly repository: string
  readonly tasks: string | undefined
  readonly task: ReadonlyArray<string>
  readonly maxTasks: number | undefined
  readonly until: string | undefined
  readonly onFailure: "continue" | "stop"
  readonly verify: ReadonlyArray<string>
  readonly noChange: "hold" | "accept"
  readonly requireVerify: boolean
  readonly target: string | undefined
  readonly project: string | undefined
  readonly keep: boolean
  readonly dataDirectory: string
  readonly json: boolean
}

/** Plain words are a program and its arguments; anything that only a shell understands goes to one. */
const commandOf = (text: string): ReadonlyArray<string> => {
  const words = text.trim().split(/\s+/)
  return words.every((word) => /^[\w@%+=:,./-]+$/.test(word)) ? words : ["sh", "-c", text]
}

const projectOf = (named: string | undefined, byDefault: ProjectId) => {
  if (named === undefined) return Effect.succeed(byDefault)
  return Schema.decodeUnknownEffect(ProjectId)(named).pipe(
    Effect.mapError(() =>
      usageError(
        `--project ${named}: an id is one or two parts of a-z, 0-9, dot, dash and underscore, such as acme/shop.`
      )
    )
  )
}

const scopeOf = (ids: ReadonlyArray<string>): Scope =>
  ids.length === 0 ? { _tag: "List" } : { _tag: "Tasks", ids }

/** The repository and the settings of a run, with nothing opened or changed yet. */
export const prepareRun = Effect.fnUntraced(function* (options: RunOptions) {
  const { cwd, environment, secrets } = yield* Invocation
  const repository = yield* resolveRepository(options.repository, cwd)
  secrets.add(repository.secrets)
  const projectId = yield* projectOf(options.project, repository.projectId)
  yield* refuseSecrets(options.verify, "The verification commands")
  const identity = yield* userIdentity(repository.directory, environment)
  const settings = (agent: RunSettings["agent"]) =>
    toSettings({
      url: repository.url,
      target: options.target,
      taskList: options.tasks,
      agent,
      identity,
      verify: options.verify.length === 0 ? undefined : options.verify.map(commandOf),
      requireVerify: options.requireVerify,
      noChange: options.noChange,
      onFailure: options.onFailure,
      untilTask: options.until,
      maxTasks: options.maxTasks
    })
  return { repository, projectId, settings, scope: scopeOf(options.task) }
})

/** Starts an execution and works on it. */
export const runProject = Effect.fn("runProject")(function* (options: RunOptions) {
  const invocation = yield* Invocation
  const prepared = yield* prepareRun(options)
  const { projectId, repository } = prepared
  const resume = resumeCommand(invocation, projectId, options.dataDirectory)
  const machine = {
    dataDirectory: options.dataDirectory,
    credentials: repository.credentials,
    secrets: repository.secrets,
    keepFailedCheckouts: options.keep
  }
  // What is wrong with the words is said before anything is stored.
  const agent = yield* withMachine(machine, agentSettings(options))
  const perform = Effect.gen(function* () {
    const frames = yield* Frames
    const from = { version: 0, frame: (yield* frames.range(projectId)).last }
    const state = yield* start({
      projectId,
      settings: prepared.settings(agent),
      scope: prepared.scope,
      boundTo: "cli",
      correlationId: CorrelationId.make(randomUUID()),
      workflow: "DEVTEAM_AUTOMATION"
    }).pipe(
      Effect.catchTag(
        "RequestRejected",
        () =>
          new ExitWith({
            code: exitCodes.paused,
            message: `${projectId} has an execution already. Go on with it: ${commandLine(resume)}`
          })
      )
    )
    yield* workHere({ state, from, json: options.json, resumeCommand: resume })
  })
  yield* withRunner(machine, perform)
})
