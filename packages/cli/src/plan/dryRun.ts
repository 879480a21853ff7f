/**
 * `devteam run --dry-run`: what a run would do, and the first prompt; nothing is started, stored or pushed.
 */
import { firstPrompt } from "@devteam/runner/plan"
import { Effect } from "effect"
import { Invocation } from "../Invocation.ts"
import { withMachine } from "../runtime.ts"
import { count, plain } from "../terminal/words.ts"
import type { RunOptions } from "./options.ts"
import type { RunPlan } from "./plan.ts"
import { machineOf, planRun } from "./planRun.ts"
import { countTasks, planLines } from "./planText.ts"
import { type PreparedRun, prepareRun } from "./prepareRun.ts"

const documentOf = (plan: RunPlan, { projectId, repository }: PreparedRun, prompt: string | undefined) => {
  const { view, order, settings, verified, agent } = plan
  return {
    projectId,
    repository: repository.url,
    target: view.target,
    commit: view.head.commit,
    taskList: view.taskList,
    counts: countTasks(view, settings.skip),
    agent:
      agent === undefined ? null : { ...agent.settings, version: agent.version ?? null, keys: agent.keys },
    limits: settings.limits,
    verify: verified.commands,
    warnings: verified.warnings,
    delivery: settings.delivery,
    push: plan.push,
    problem: plan.problem?.message ?? null,
    tasks: order.tasks.map(({ id, title }) => ({ id, title })),
    more: order.more,
    blocked: order.blocked,
    prompt: prompt ?? null
  }
}

/** Prints the plan. Ends as a run would where something keeps that from starting. */
export const dryRun = Effect.fn("dryRun")(function* (options: RunOptions) {
  const { output } = yield* Invocation
  const { plan, prepared } = yield* planRun(options, yield* prepareRun(options))
  const { order, view } = plan
  const [first] = order.tasks
  const prompt =
    first === undefined
      ? undefined
      : yield* withMachine(machineOf(prepared, options), firstPrompt(plan.ref, view, first, plan.verified))
  if (options.json) {
    output.document(documentOf(plan, prepared, prompt))
    return plan.problem === undefined ? undefined : yield* plan.problem
  }
  const { bold, dim, warn } = output.dataStyle
  planLines(plan, prepared, output.dataStyle).forEach(output.data)
  output.data("")
  output.data(
    order.tasks.length === 0
      ? "There is nothing to do."
      : `If all goes well, ${count(order.tasks.length, "task")}${order.more ? " and more" : ""}:`
  )
  order.tasks.forEach(({ id, title }, index) =>
    output.data(`  ${dim(String(index + 1).padStart(3))}  ${bold(id)}  ${plain(title)}`)
  )
  order.blocked.forEach(({ id, by }) =>
    output.data(`       ${warn(id)} cannot run: it waits for ${by.join(", ")}`)
  )
  if (prompt !== undefined) {
    output.data("")
    output.data(dim(`── the first prompt, for ${first?.id ?? ""} ──`))
    output.raw(prompt.endsWith("\n") ? prompt : `${prompt}\n`)
  }
  if (plan.problem !== undefined) return yield* plan.problem
})
