/**
 * Prints what is kept of a task.
 */
import type { ProjectId } from "@devteam/core/model/Ids"
import { Effect } from "effect"
import { Invocation } from "../Invocation.ts"
import type { Output } from "../terminal/Output.ts"
import { plain } from "../terminal/words.ts"
import { findTask, type RoundView, type TaskView } from "./findTask.ts"

/** What to show. */
export interface ShowOptions {
  readonly projectId: ProjectId
  readonly taskId: string
  readonly round: number | undefined
  readonly json: boolean
}

const section = (output: Output, title: string, text: string): void => {
  output.data(output.dataStyle.bold(`── ${title} ──`))
  const shown = plain(text)
  output.raw(shown.endsWith("\n") || shown === "" ? shown : `${shown}\n`)
}

/** In the order in which it came to be. */
const printRound = (output: Output, { round, artifacts, output: steps }: RoundView): void => {
  const written = (step: string) => steps.find((entry) => entry.step === step)?.text
  const artifact = (kind: string, title: string) => {
    const text = artifacts[kind]
    if (text !== undefined) section(output, `round ${round}: ${title}`, text)
  }
  const ofStep = (step: string, title: string, kind: string) => {
    const text = written(step)
    if (text === undefined) artifact(kind, title)
    else section(output, `round ${round}: ${title}`, text)
  }
  artifact("prompt.md", "prompt")
  ofStep("IMPLEMENT", "agent output", "agent.log")
  artifact("diff.patch", "diff")
  ofStep("VERIFY", "builds", "verify.log")
  artifact("conflict.txt", "merge conflict")
  artifact("receipt.json", "receipt")
}

const heading = (view: TaskView): string =>
  `${view.taskId}  ${plain(view.title)}: ${view.result}${view.commit === undefined ? "" : ` in commit ${view.commit}`}`

/** Shows a task. */
export const showTask = Effect.fn("showTask")(function* ({ projectId, taskId, round, json }: ShowOptions) {
  const { output } = yield* Invocation
  const view = yield* findTask(projectId, taskId, round)
  if (json) return output.document(view)
  output.data(output.dataStyle.bold(heading(view)))
  if (view.message !== undefined && view.message !== "") output.data(plain(view.message))
  view.rounds.forEach((one) => printRound(output, one))
})
