/**
 * REPORT: writes the receipt of a landed task and counts the list anew.
 *
 * The commit is on the target already; nothing here can change that.
 */
import { Effect, Option } from "effect"
import type { Report } from "../execution/Command.ts"
import { Failpoints } from "../ports/Failpoints.ts"
import { Repository } from "../ports/Repository.ts"
import { makeReceipt, receiptJson } from "../receipt/Receipt.ts"
import { putText } from "./artifacts.ts"
import { parseOptions, readList, totalsOf } from "./list.ts"
import { taskOf } from "./prep.ts"
import { readyOf } from "./ready.ts"
import type { StepContext } from "./Session.ts"

const writeReceipt = Effect.fnUntraced(function* (context: StepContext) {
  const { state } = context
  const task = yield* taskOf(context)
  const ready = yield* readyOf(state)
  if (task.landed === undefined || task.verdict === undefined || task.candidate === undefined) return
  const { agent } = state.settings
  const receipt = makeReceipt({
    task: task.task,
    rounds: task.round,
    target: ready.target,
    commit: task.landed,
    base: task.base,
    unlocked: task.verdict.unlocked ?? false,
    agent: {
      id: agent.id,
      version: ready.agentVersion,
      ...(agent.model === undefined ? {} : { model: agent.model })
    },
    filesModified: task.candidate.filesModified,
    verdict: task.verdict,
    usage: task.usage,
    warnings: task.warnings
  })
  yield* putText(context, "receipt.json", receiptJson(receipt))
})

/** Runs REPORT. */
export const report = Effect.fn("Step.report")(function* (context: StepContext) {
  const { state, session } = context
  const failpoint = yield* Failpoints
  const repository = yield* Repository
  const task = yield* taskOf(context)
  const ready = yield* readyOf(state)
  yield* writeReceipt(context)
  yield* failpoint("REPORT:effect")
  const tree = yield* repository.treeOf(session.repository, task.landed ?? task.base)
  const list = yield* readList(session.repository, tree, parseOptions(state, ready.taskList))
  const finish: Report = {
    _tag: "FinishReport",
    totals: Option.match(list, { onNone: () => state.totals, onSome: (found) => totalsOf(state, found) })
  }
  return finish
})
