/**
 * `devteam tasks accept | skip | reopen | done`: a person's decision on a task, and the work that follows from it.
 */
import type { Execution } from "@devteam/core/execution/State"
import { isEnded } from "@devteam/core/execution/Status"
import type { DecisionKind } from "@devteam/core/model/Decision"
import { decideOnTask } from "@devteam/core/worker/decideOnTask"
import { newestOf } from "@devteam/core/worker/start"
import { Effect } from "effect"
import { usageError } from "../ExitWith.ts"
import { Invocation } from "../Invocation.ts"
import { newCorrelationId } from "../newCorrelationId.ts"
import { findProject } from "../projectArgument.ts"
import { resumeCommand } from "../resumeCommand.ts"
import { newestFrame, requireHere } from "../run/goOn.ts"
import { workHere } from "../run/workHere.ts"
import { withRunner } from "../runtime.ts"
import { commandLine } from "../terminal/words.ts"
import { titleOf } from "./titleOf.ts"

/** What is decided, and where. */
export interface DecideOptions {
  readonly decision: DecisionKind
  readonly taskId: string
  readonly project: string | undefined
  readonly dataDirectory: string
  readonly json: boolean
}

/** What helps where there is no execution to decide in any more. */
const afterTheEnd: Record<DecisionKind, (taskId: string) => string> = {
  accept: () => "Only the change of a held task can be delivered afterwards.",
  skip: (taskId) => `Leave it out of the next run: devteam run … --skip ${taskId}`,
  reopen: () => "The next devteam run takes it again by itself.",
  done: () => "Tick it in the list yourself: what the list says is done counts as done."
}

const noted: Record<DecisionKind, string> = {
  accept: "its kept change is delivered",
  skip: "it is left as it is",
  reopen: "it is made again",
  done: "it is ticked as it is"
}

const refused = (newest: Execution, { decision, taskId }: DecideOptions, message: string) =>
  usageError(
    isEnded(newest.status)
      ? `The newest run of ${newest.projectId} has ended (${newest.status}): there is nothing to decide in it. ${afterTheEnd[decision](taskId)}`
      : message
  )

/** Whether somebody has to work on it now. */
const hasWork = ({ status }: Execution): boolean => !isEnded(status) && status !== "paused"

/** Decides, and works where that makes an execution of the command line go on. */
export const decideTask = Effect.fn("decideTask")(function* (options: DecideOptions) {
  const { decision, taskId, project, dataDirectory, json } = options
  const invocation = yield* Invocation
  const { output } = invocation
  const perform = Effect.gen(function* () {
    const { projectId } = yield* findProject(project, dataDirectory)
    const newest = yield* newestOf(projectId)
    if (newest === undefined) {
      return yield* usageError(
        `${projectId} was never run: there is nothing to decide. Begin with devteam run.`
      )
    }
    const resume = resumeCommand(invocation, projectId, dataDirectory)
    const title = yield* titleOf(newest, taskId)
    // Whoever would have to work on it here has to be able to.
    if (newest.boundTo === "cli" && (newest.pause?.reason === "held" || isEnded(newest.status)))
      yield* requireHere(newest, resume)
    const frame = yield* newestFrame(projectId)
    const decided = yield* decideOnTask(projectId, {
      decision,
      taskId,
      title,
      by: "cli",
      boundTo: "cli",
      correlationId: yield* newCorrelationId
    }).pipe(Effect.catchTag("RequestRejected", (error) => refused(newest, options, error.message)))
    const state = decided._tag === "Started" ? decided.execution : decided.after
    const changed = decided._tag === "Started" || decided.changed
    if (state.boundTo === "cli" && hasWork(state)) {
      const version = decided._tag === "Started" ? 0 : newest.version
      return yield* workHere({ state, from: { version, frame }, json, resumeCommand: resume })
    }
    if (json) {
      return output.document({
        projectId,
        executionId: state.executionId,
        taskId,
        decision,
        changed,
        status: state.status
      })
    }
    if (!changed) return output.data(`Task ${taskId}: decided so already.`)
    const when =
      state.boundTo === "service" && hasWork(state)
        ? "the service's workers see to it"
        : "from the next resume on"
    output.data(`Task ${taskId} ${title}: ${noted[decision]}, ${when}.`)
    if (state.status === "paused") output.say(`Go on with: ${commandLine(resume)}`)
  })
  yield* withRunner({ dataDirectory }, perform)
})
