/**
 * `devteam run --dry-run`: what a run would do, and the first prompt; nothing is started, stored or pushed.
 */
import { firstPrompt, type Order, orderOf, viewList } from "@devteam/runner/plan"
import { Effect } from "effect"
import { exitCodes, ExitWith, usageError } from "../ExitWith.ts"
import { Invocation } from "../Invocation.ts"
import { withMachine } from "../runtime.ts"
import { diagnosticLine } from "../tasks/listText.ts"
import { commandLine, count, plain, shortSha } from "../terminal/words.ts"
import { agentSettings } from "./agent.ts"
import { prepareRun, type RunOptions } from "./runProject.ts"

/** Orders are not told further than this. */
const shown = 100

const until = (order: Order, id: string | undefined): Order => {
  const at = order.tasks.findIndex((task) => task.id === id)
  return at === -1 ? order : { ...order, tasks: order.tasks.slice(0, at + 1), more: false }
}

/** Prints the plan. */
export const dryRun = Effect.fn("dryRun")(function* (options: RunOptions) {
  const { output } = yield* Invocation
  const { repository, projectId, settings, scope } = yield* prepareRun(options)
  const ref = { projectId, url: repository.url }
  const perform = Effect.gen(function* () {
    const agent = yield* agentSettings(options)
    const { verify } = settings(agent)
    const view = yield* viewList(ref, { target: options.target, taskList: options.tasks })
    view.document.diagnostics.forEach((diagnostic) => output.say(diagnosticLine(diagnostic)))
    if (view.errors.length > 0) return yield* new ExitWith({ code: exitCodes.usage, message: "" })
    const order = until(orderOf(view, scope, Math.min(options.maxTasks ?? shown, shown)), options.until)
    if (order.unknown !== undefined)
      return yield* usageError(`${view.taskList} has no task ${order.unknown}.`)
    const [first] = order.tasks
    const rendered = first === undefined ? undefined : yield* firstPrompt(ref, view, first, verify)
    return { agent, view, order, rendered }
  })
  const { agent, view, order, rendered } = yield* withMachine(
    {
      dataDirectory: options.dataDirectory,
      credentials: repository.credentials,
      secrets: repository.secrets
    },
    perform
  )
  if (options.json) {
    return output.document({
      projectId,
      repository: ref.url,
      target: view.target,
      commit: view.head.commit,
      taskList: view.taskList,
      agent,
      verify: rendered?.commands ?? [],
      tasks: order.tasks.map(({ id, title }) => ({ id, title })),
      more: order.more,
      blocked: order.blocked,
      prompt: rendered?.prompt ?? null
    })
  }
  const { bold, dim, warn } = output.dataStyle
  output.data(`${bold(projectId)}  ${ref.url}`)
  output.data(`  list     ${view.taskList} on ${view.target} at ${shortSha(view.head.commit)}`)
  output.data(`  agent    ${agent.id} ${commandLine(agent.argv)}`)
  output.data(
    `  verify   ${rendered?.commands.map(commandLine).join(", then ") || "nothing: no build script was found"}`
  )
  output.data(`  pushes   one commit for each task to ${view.target}, and refs/devteam/fence/…`)
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
  if (rendered === undefined) return
  output.data("")
  output.data(dim(`── the first prompt, for ${order.tasks[0]?.id ?? ""} ──`))
  output.raw(rendered.prompt.endsWith("\n") ? rendered.prompt : `${rendered.prompt}\n`)
})
