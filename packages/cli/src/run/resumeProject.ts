/**
 * `devteam resume`: goes on with what is paused, and takes over what nobody works on any more.
 */
import { isEnded } from "@devteam/core/execution/Status"
import { Frames } from "@devteam/core/ports/Frames"
import { Journal } from "@devteam/core/ports/Journal"
import { request } from "@devteam/core/worker/request"
import { Effect, Option } from "effect"
import { usageError } from "../ExitWith.ts"
import { Invocation } from "../Invocation.ts"
import { findProject } from "../projectArgument.ts"
import { resumeCommand } from "../resumeCommand.ts"
import { withRunner } from "../runtime.ts"
import { requireVariables } from "../plan/agent.ts"
import { requireRemote } from "./requireRemote.ts"
import { verdictOf } from "./summary.ts"
import { workHere } from "./workHere.ts"

/** The options of `resume`. */
export interface ResumeOptions {
  readonly project: string | undefined
  /** Where verified tasks go from now on. */
  readonly deliver: "main" | "branch" | undefined
  readonly dataDirectory: string
  readonly json: boolean
}

/** Goes on with the project's newest execution. */
export const resumeProject = Effect.fn("resumeProject")(function* (options: ResumeOptions) {
  const invocation = yield* Invocation
  const perform = Effect.gen(function* () {
    const journal = yield* Journal
    const frames = yield* Frames
    const { projectId } = yield* findProject(options.project, options.dataDirectory)
    const latest = yield* journal.latest(projectId)
    if (Option.isNone(latest))
      return yield* usageError(`${projectId} was never run: there is nothing to resume.`)
    const found = yield* journal.load(latest.value)
    if (isEnded(found.status)) {
      return yield* usageError(`There is nothing to resume: ${verdictOf(found)} Start anew with devteam run.`)
    }
    const from = { version: found.version, frame: (yield* frames.range(projectId)).last }
    const resume = {
      _tag: "Resume",
      by: "cli",
      ...(options.deliver === undefined ? {} : { delivery: options.deliver })
    } as const
    if (found.boundTo === "service") {
      yield* request(projectId, resume)
      invocation.output.say(`${projectId} belongs to a service: its workers go on with it.`)
      return
    }
    yield* requireVariables(found.settings.agent.env)
    const words = resumeCommand(invocation, projectId, options.dataDirectory)
    yield* requireRemote(found, words)
    const asked = found.status === "paused" || found.status === "pausing" || options.deliver !== undefined
    const state = asked ? (yield* request(projectId, resume)).after : found
    yield* workHere({
      state,
      from,
      json: options.json,
      resumeCommand: words
    })
  })
  yield* withRunner({ dataDirectory: options.dataDirectory }, perform)
})
