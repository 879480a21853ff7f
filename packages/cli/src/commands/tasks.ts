/** `devteam tasks`. */
import { Effect, Option } from "effect"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { decisions } from "./decide.ts"
import { sharedOptions } from "./root.ts"

/** See above. */
export const tasks = Command.make(
  "tasks",
  {
    repository: Argument.String("repository").pipe(
      Argument.withDescription("A repository or a project (default: the one here, or the only one)"),
      Argument.optional
    ),
    tasks: Flag.String("tasks").pipe(
      Flag.withDescription("The task list's path in the repository (default: found by its usual names)"),
      Flag.withMetavar("<file>"),
      Flag.optional
    ),
    target: Flag.String("target").pipe(
      Flag.withDescription("The branch to look at (default: the remote's default branch)"),
      Flag.withMetavar("<branch>"),
      Flag.optional
    ),
    template: Flag.Boolean("template").pipe(
      Flag.withDescription("Print a task list to begin with"),
      Flag.withDefault(false)
    )
  },
  Effect.fnUntraced(function* ({ repository, tasks, target, template }) {
    const { dataDirectory, json } = yield* sharedOptions
    const { printTasks, printTemplate } = yield* Effect.promise(() => import("../tasks/printTasks.ts"))
    if (template) return yield* printTemplate(dataDirectory)
    yield* printTasks({
      repository: Option.getOrUndefined(repository),
      taskList: Option.getOrUndefined(tasks),
      target: Option.getOrUndefined(target),
      dataDirectory,
      json
    })
  })
).pipe(
  Command.withDescription(
    "Show a task list as it is on the remote: what is next, and what the others wait for; or decide about a task"
  ),
  Command.withShortDescription("Show a task list, or decide about a task"),
  Command.withSubcommands(decisions)
)
