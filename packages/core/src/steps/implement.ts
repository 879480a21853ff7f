/**
 * IMPLEMENT: has the agent make the change, captures it with git, and stores it before anything is said about it.
 *
 * A candidate that was stored and not yet reported (the worker died in between) is taken as it is: the agent is not
 * paid twice.
 */
import { Clock, Effect, Option, Schema } from "effect"
import type { Implementation, Report } from "../execution/Command.ts"
import type { TaskInHand } from "../execution/State.ts"
import { Candidate, Usage } from "../model/Candidate.ts"
import { Sha } from "../model/Ids.ts"
import { Artifacts } from "../ports/Artifacts.ts"
import { type AgentEvidence, type AgentOutcome, CodingAgents } from "../ports/CodingAgent.ts"
import { Failpoints } from "../ports/Failpoints.ts"
import { type Capture, Repository } from "../ports/Repository.ts"
import { type AgentsWork, keepWork, keptWork } from "./agentsWork.ts"
import { artifactKey, putPrivate, putText, readText } from "./artifacts.ts"
import { storeCandidate } from "./candidates.ts"
import { checkPolicy } from "./checkPolicy.ts"
import { type OutputLog, withOutputLog } from "./OutputLog.ts"
import { ensureWorkspace, taskOf } from "./prep.ts"
import { readyOf } from "./ready.ts"
import { directoryName, type StepContext, type Workspace } from "./Session.ts"
import { StepProblem } from "./StepError.ts"

/** The result as it lies beside its patch until it is in the journal. */
const StoredResult = Schema.fromJsonString(
  Schema.Struct({
    base: Sha,
    promptSha: Schema.String,
    candidate: Candidate,
    durationMs: Schema.Int,
    usage: Schema.optionalKey(Usage),
    warnings: Schema.Array(Schema.String)
  })
)

const storedResult = Effect.fnUntraced(function* ({ state }: StepContext, task: TaskInHand) {
  const artifacts = yield* Artifacts
  const bytes = yield* artifacts.get(state.executionId, artifactKey(state, "result.json"), "private")
  if (Option.isNone(bytes)) return undefined
  const stored = yield* Effect.option(
    Schema.decodeUnknownEffect(StoredResult)(new TextDecoder().decode(bytes.value))
  )
  const fits =
    Option.isSome(stored) && stored.value.base === task.base && stored.value.promptSha === task.prompt?.sha256
  return fits ? stored.value : undefined
})

const runAgent = Effect.fnUntraced(function* (
  context: StepContext,
  task: TaskInHand,
  workspace: Workspace,
  log: OutputLog
) {
  const { state, session } = context
  const agents = yield* CodingAgents
  const { agent, limits } = state.settings
  const coding = yield* agents.get(agent.id)
  const sandbox = yield* session.sandbox
  const scratch = yield* session.host.freshDirectory(directoryName(context, "scratch"))
  const prompt = yield* readText(context, artifactKey(state, "prompt.md"))
  const env = {
    ...session.host.environment(coding.variables(agent)),
    DEVTEAM_PROJECT: state.projectId,
    DEVTEAM_EXECUTION_ID: state.executionId,
    DEVTEAM_CORRELATION_ID: state.correlationId,
    DEVTEAM_TASK_ID: task.task.id,
    DEVTEAM_ROUND: String(task.round)
  }
  const evidence = yield* coding.run(
    {
      settings: agent,
      checkout: workspace.directory,
      scratch,
      prompt,
      timeoutMs: limits.agentMs,
      idleTimeoutMs: limits.agentIdleMs,
      maxOutputBytes: limits.outputBytes,
      env
    },
    sandbox,
    (chunk) => Effect.asVoid(log.write(chunk))
  )
  return { coding, evidence }
})

const captureOf = Effect.fnUntraced(function* (
  { state, session }: StepContext,
  task: TaskInHand,
  directory: string
) {
  const repository = yield* Repository
  const ready = yield* readyOf(state)
  return yield* repository.capture(session.repository, {
    base: task.baseTree,
    directory,
    undo: [ready.taskList]
  })
})

const undoneWarnings = ({ undone }: Capture): ReadonlyArray<string> =>
  undone.map((path) => `The agent edited ${path}; that was undone.`)

/** Somebody who reads that nothing was changed is to read as well what was, and was undone. */
const withUndone = (
  outcome: Exclude<AgentOutcome, { readonly _tag: "Changed" }>,
  captured: Capture
): typeof outcome =>
  outcome._tag === "NoEdit"
    ? { ...outcome, message: [outcome.message, ...undoneWarnings(captured)].join(" ") }
    : outcome

const spent = (
  context: StepContext,
  evidence: AgentEvidence,
  reason: "no_edit" | "malformed_edit" | "agent_failed" | "agent_timeout",
  message: string
) =>
  Effect.gen(function* () {
    const log = yield* putText(context, "agent.log", evidence.tail)
    const result: Implementation = {
      _tag: "Spent",
      reason,
      message: context.session.redactor.text(message),
      log: log.key,
      ...(evidence.usage === undefined ? {} : { usage: evidence.usage })
    }
    return result
  })

/** Everything but a usable change. */
const withoutChange = Effect.fnUntraced(function* (
  context: StepContext,
  task: TaskInHand,
  evidence: AgentEvidence,
  outcome: Exclude<AgentOutcome, { readonly _tag: "Changed" }>
) {
  const paid = evidence.usage === undefined ? {} : { usage: evidence.usage }
  switch (outcome._tag) {
    case "NoOp": {
      const reason = context.session.redactor.text(outcome.reason)
      if (context.state.settings.noChange === "hold") {
        const message = `The agent says that there is nothing to do: ${reason}`
        return { _tag: "Held", reason: "nothing_to_do", message, ...paid } satisfies Implementation
      }
      const { base, baseTree: tree } = task
      const none = { base, tree, patch: new Uint8Array(), filesModified: [] }
      const candidate = yield* storeCandidate(context, none)
      const result: Implementation = {
        _tag: "Produced",
        candidate,
        origin: "no_change",
        baseTree: task.baseTree,
        durationMs: evidence.exit.durationMs,
        ...paid,
        warnings: [`The agent says that there is nothing to do: ${reason}`]
      }
      return result
    }
    case "NoEdit":
      return yield* spent(context, evidence, "no_edit", outcome.message)
    case "MalformedEdit":
      return yield* spent(context, evidence, "malformed_edit", outcome.message)
    case "TimedOut":
      return yield* spent(context, evidence, "agent_timeout", outcome.message)
    case "Failed":
      if (!outcome.permanent) return yield* spent(context, evidence, "agent_failed", outcome.message)
      return yield* new StepProblem({
        kind: "permanent",
        reason: "agent",
        error: "agent",
        message: outcome.message,
        ...paid
      })
    case "NoWork":
      return yield* new StepProblem({
        kind: "infrastructure",
        reason: "agent_transport",
        message: outcome.message,
        ...paid
      })
    case "Quota":
      return yield* new StepProblem({
        kind: "quota",
        reason: "quota",
        message: outcome.message,
        ...paid,
        ...(outcome.untilMs === undefined ? {} : { until: outcome.untilMs })
      })
  }
})

const produced = Effect.fnUntraced(function* (context: StepContext, task: TaskInHand, work: AgentsWork) {
  const { captured, durationMs, said, start, usage } = work
  const checked = yield* checkPolicy(context, task, start, captured)
  const { capture, held, warnings } = checked
  const stored = yield* storeCandidate(context, { base: task.base, ...capture })
  const paid = usage === undefined ? {} : { usage }
  if (held !== undefined)
    return { _tag: "Held", ...held, candidate: stored, ...paid } satisfies Implementation
  const facts = {
    candidate: stored,
    durationMs,
    ...paid,
    warnings: [...said, ...undoneWarnings(captured), ...warnings]
  }
  const json = yield* Effect.orDie(
    Schema.encodeEffect(StoredResult)({ base: task.base, promptSha: task.prompt?.sha256 ?? "", ...facts })
  )
  yield* putPrivate(context, "result.json", new TextEncoder().encode(json))
  return { _tag: "Produced", origin: "agent", baseTree: task.baseTree, ...facts } satisfies Implementation
})

const implementation = Effect.fnUntraced(function* (context: StepContext, task: TaskInHand) {
  const failpoint = yield* Failpoints
  const known = yield* storedResult(context, task)
  if (known !== undefined) {
    const { base: _b, promptSha: _p, ...facts } = known
    return { _tag: "Produced", origin: "agent", baseTree: task.baseTree, ...facts } satisfies Implementation
  }
  const kept = yield* keptWork(context, task)
  if (kept !== undefined) return yield* produced(context, task, kept)
  const workspace = yield* ensureWorkspace(context, task)
  const { coding, evidence } = yield* withOutputLog(context, "IMPLEMENT", (log) =>
    runAgent(context, task, workspace, log)
  )
  yield* failpoint("IMPLEMENT:effect")
  const captured = yield* captureOf(context, task, workspace.directory)
  const changed = captured.tree !== workspace.start || captured.violations.length > 0
  const outcome = coding.judge(evidence, changed)
  const finish = (said: ReadonlyArray<string>) => {
    const { exit, usage } = evidence
    const work = { start: workspace.start, captured, durationMs: exit.durationMs, usage, said }
    return Effect.flatMap(keepWork(context, task, work), () => produced(context, task, work))
  }
  if (outcome._tag === "Changed") return yield* finish([])
  if (outcome._tag === "NoOp" && workspace.start !== task.baseTree) {
    // The change of the round before is still there, and the agent stands by it: the build may have been flaky.
    const reason = context.session.redactor.text(outcome.reason)
    return yield* finish([`The agent left its change as it was: ${reason}`])
  }
  return yield* withoutChange(context, task, evidence, withUndone(outcome, captured))
})

/** Runs IMPLEMENT. */
export const implement = Effect.fn("Step.implement")(function* (context: StepContext) {
  const started = yield* Clock.currentTimeMillis
  const task = yield* taskOf(context)
  const result = yield* implementation(context, task)
  yield* Effect.logDebug("agent done", {
    outcome: result._tag,
    ms: (yield* Clock.currentTimeMillis) - started
  })
  const report: Report = { _tag: "FinishImplement", result }
  return report
})
