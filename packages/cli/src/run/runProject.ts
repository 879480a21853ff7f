/**
 * `devteam run`: from what a person said to an execution that this process works on.
 */
import { isEnded } from "@devteam/core/execution/Status"
import type { ProjectId } from "@devteam/core/model/Ids"
import { Frames } from "@devteam/core/ports/Frames"
import { start } from "@devteam/core/worker/start"
import { Effect } from "effect"
import { ExitWith, exitCodes } from "../ExitWith.ts"
import { Invocation } from "../Invocation.ts"
import { newCorrelationId } from "../newCorrelationId.ts"
import { askToStart } from "../plan/askToStart.ts"
import type { RunOptions } from "../plan/options.ts"
import { machineOf, newestExecution, planRun } from "../plan/planRun.ts"
import { planLines } from "../plan/planText.ts"
import { prepareRun } from "../plan/prepareRun.ts"
import { resumeCommand } from "../resumeCommand.ts"
import { withRunner } from "../runtime.ts"
import { commandLine } from "../terminal/words.ts"
import { workHere } from "./workHere.ts"

const active = (projectId: ProjectId, resume: ReadonlyArray<string>) =>
  new ExitWith({
    code: exitCodes.paused,
    message: `${projectId} has an execution already. Go on with it: ${commandLine(resume)}`
  })

/** Shows the plan, starts an execution and works on it. */
export const runProject = Effect.fn("runProject")(function* (options: RunOptions) {
  const invocation = yield* Invocation
  const { output } = invocation
  const { dataDirectory, json } = options
  const resumeOf = (projectId: ProjectId) => resumeCommand(invocation, projectId, dataDirectory)
  // Nobody reads a plan that cannot be carried out.
  const first = yield* prepareRun(options)
  const newest = yield* newestExecution(first.projectId, dataDirectory)
  if (newest !== undefined && !isEnded(newest.status)) {
    return yield* active(first.projectId, resumeOf(first.projectId))
  }
  const { plan, prepared } = yield* planRun(options, first)
  const { projectId } = prepared
  const lines = planLines(plan, prepared, output.style)
  if (plan.problem !== undefined) {
    lines.forEach(output.say)
    return yield* plan.problem
  }
  if (!(yield* askToStart(options, plan, lines))) return
  const resume = resumeOf(projectId)
  const settings = prepared.settings(plan.settings.agent, plan.settings.delivery)
  const perform = Effect.gen(function* () {
    const frames = yield* Frames
    const from = { version: 0, frame: (yield* frames.range(projectId)).last }
    const state = yield* start({
      projectId,
      settings,
      scope: prepared.scope,
      boundTo: "cli",
      correlationId: yield* newCorrelationId,
      workflow: "DEVTEAM_AUTOMATION",
      fresh: options.fresh
    }).pipe(Effect.catchTag("RequestRejected", () => active(projectId, resume)))
    yield* workHere({ state, from, json, resumeCommand: resume })
  })
  yield* withRunner(machineOf(prepared, options), perform)
})
