/**
 * `devteam why`: why a task is not done, with the end of the log where it failed, and what to do next.
 */
import { Artifacts } from "@devteam/core/ports/Artifacts"
import { newestOf } from "@devteam/core/worker/start"
import { Effect, Option } from "effect"
import { usageError } from "../ExitWith.ts"
import { Invocation } from "../Invocation.ts"
import { findProject } from "../projectArgument.ts"
import { dataWords } from "../resumeCommand.ts"
import { firstLines } from "../run/progress.ts"
import { withRunner } from "../runtime.ts"
import { commandLine, plain } from "../terminal/words.ts"
import { explainTask } from "./explainTask.ts"
import { factsOf, type Known } from "./facts.ts"

/** Which task. */
export interface WhyOptions {
  readonly taskId: string
  readonly project: string | undefined
  readonly dataDirectory: string
  readonly json: boolean
}

/** What the last build, else the agent, said before it was over; undefined where nothing is kept. */
const lastLog = Effect.fnUntraced(function* ({ execution, outcome }: Known) {
  const artifacts = yield* Artifacts
  const keys = (yield* artifacts.list(execution.executionId))
    .map(({ key }) => key)
    .filter(
      ({ taskId, kind }) =>
        taskId === outcome.taskId && ["verify.log", "agent.log", "conflict.txt"].includes(kind)
    )
  const newest = Math.max(...keys.map(({ round }) => round))
  const order = ["conflict.txt", "verify.log", "agent.log"]
  const [key] = keys
    .filter(({ round }) => round === newest)
    .toSorted((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind))
  if (key === undefined) return undefined
  const bytes = yield* artifacts.get(execution.executionId, key, "public")
  const text = Option.getOrUndefined(Option.map(bytes, (found) => new TextDecoder().decode(found)))
  return text === undefined ? undefined : { kind: key.kind, round: key.round, lines: firstLines(text) }
})

/** Prints it. */
export const printWhy = Effect.fn("printWhy")(function* (options: WhyOptions) {
  const { taskId, project, dataDirectory, json } = options
  const invocation = yield* Invocation
  const { output } = invocation
  const perform = Effect.gen(function* () {
    const { projectId } = yield* findProject(project, dataDirectory)
    const newest = yield* newestOf(projectId)
    if (newest === undefined) return yield* usageError(`${projectId} was never run. Begin with: devteam run`)
    const facts = yield* factsOf(newest, taskId)
    const data = dataWords(invocation, dataDirectory)
    const { standing, sentences, waitingFor, next } = explainTask(facts, (...words) =>
      commandLine(["devteam", ...words, ...data])
    )
    const logged = (standing === "failed" || standing === "held") && facts.known !== undefined
    const log = logged ? yield* lastLog(facts.known) : undefined
    const title = facts.task?.title ?? facts.known?.outcome.title ?? newest.inHand?.task.title ?? ""
    if (json) {
      return output.document({
        projectId,
        executionId: newest.executionId,
        taskId,
        title,
        standing,
        sentences,
        waitingFor,
        log: log ?? null,
        next
      })
    }
    const { bold, dim } = output.dataStyle
    output.data(`${bold(taskId)}  ${plain(title)}: ${standing.replace("_", " ")}`)
    sentences.forEach((sentence) => output.data(`  ${plain(sentence)}`))
    if (log !== undefined && log.lines.length > 0) {
      output.data(`  ${dim(`from ${log.kind} of round ${log.round}:`)}`)
      log.lines.forEach((line) => output.data(`    ${dim(line)}`))
    }
    const width = Math.max(0, ...next.map(({ command }) => command.length))
    next.forEach(({ command, what }) => output.data(`  ${command.padEnd(width)}  ${dim(`# ${what}`)}`))
  })
  yield* withRunner({ dataDirectory }, perform)
})
