/**
 * `devteam tasks`: reads a list from the remote and prints it.
 */
import { TaskList } from "@devteam/core/ports/TaskList"
import { viewList } from "@devteam/runner/plan"
import { Effect } from "effect"
import { exitCodes, ExitWith } from "../ExitWith.ts"
import { Invocation } from "../Invocation.ts"
import { withMachine } from "../runtime.ts"
import { diagnosticLine, listDocument, listLines } from "./listText.ts"
import { locate } from "./locate.ts"

/** What to print. */
export interface TasksOptions {
  readonly repository: string | undefined
  readonly taskList: string | undefined
  readonly target: string | undefined
  readonly dataDirectory: string
  readonly json: boolean
}

/** Prints the list that ships with the program. */
export const printTemplate = Effect.fnUntraced(function* (dataDirectory: string) {
  const { output } = yield* Invocation
  output.raw(
    yield* withMachine(
      { dataDirectory },
      TaskList.use(({ template }) => Effect.succeed(template))
    )
  )
})

/** Prints a list. Ends with 2 when it has errors. */
export const printTasks = Effect.fn("printTasks")(function* (options: TasksOptions) {
  const { output } = yield* Invocation
  const { dataDirectory } = options
  const { ref, credentials, ssh, settings } = yield* locate(options.repository, dataDirectory)
  const asked = {
    ...settings,
    target: options.target ?? settings.target,
    taskList: options.taskList ?? settings.taskList
  }
  const view = yield* withMachine({ dataDirectory, credentials, ssh }, viewList(ref, asked))
  if (options.json) output.document(listDocument(ref.projectId, view))
  else listLines(ref.projectId, view, output.dataStyle).forEach(output.data)
  view.notes.forEach(output.say)
  view.document.diagnostics.forEach((diagnostic) => output.say(diagnosticLine(diagnostic)))
  if (view.errors.length > 0) {
    return yield* new ExitWith({
      code: exitCodes.usage,
      message: `${view.taskList} has errors, so nothing can be run. Correct them, commit and push.`
    })
  }
})
