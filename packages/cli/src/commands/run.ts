/** `devteam run`. */
import { Effect, Option } from "effect"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { sharedOptions } from "./root.ts"

const text = (name: string, description: string, metavar: string) =>
  Flag.String(name).pipe(Flag.withDescription(description), Flag.withMetavar(metavar), Flag.optional)

const repeated = (name: string, description: string, metavar: string) =>
  Flag.String(name).pipe(Flag.withDescription(description), Flag.withMetavar(metavar), Flag.atLeast(0))

const config = {
  repository: Argument.String("repository").pipe(
    Argument.withDescription(
      "A URL, a bare repository, or a folder of a clone: its origin is meant, or itself where there is none"
    )
  ),
  tasks: text(
    "tasks",
    "The task list's path in the repository (default: found by its usual names)",
    "<file>"
  ),
  task: repeated("task", "Only this task or phase; may be repeated", "<id>"),
  skip: repeated("skip", "Leave this task or phase as it is; may be repeated", "<id>"),
  maxTasks: Flag.Int("max-tasks").pipe(
    Flag.withDescription("Pause after so many completed tasks"),
    Flag.filter(
      (number) => number > 0,
      () => "has to be greater than 0"
    ),
    Flag.optional
  ),
  until: text("until", "Pause when this task is done", "<id>"),
  onFailure: Flag.Literals("on-failure", ["continue", "stop"]).pipe(
    Flag.withDescription("What a failed task means for the others (default: continue)"),
    Flag.optional
  ),
  agent: text(
    "agent",
    "The agent: aider, or command with its program and arguments behind -- (default: the project's, else aider)",
    "<id>"
  ),
  model: text("model", "The model that the agent is to use ({model} in its arguments)", "<name>"),
  agentEnv: repeated("agent-env", "A variable of yours that the agent gets; may be repeated", "<NAME>"),
  verify: repeated(
    "verify",
    "A command that proves a change, instead of install and build; may be repeated",
    "<command>"
  ),
  requireVerify: Flag.Boolean("require-verify").pipe(
    Flag.withDescription("Hold a task that nothing verifies"),
    Flag.withDefault(false)
  ),
  noChange: Flag.Literals("no-change", ["hold", "accept"]).pipe(
    Flag.withDescription("What to do when the agent says that nothing is to be done (default: hold)"),
    Flag.optional
  ),
  maxCost: Flag.Finite("max-cost").pipe(
    Flag.withDescription("US dollars after which the run pauses (default: 20)"),
    Flag.withMetavar("<usd>"),
    Flag.filter(
      (usd) => usd > 0,
      () => "has to be greater than 0"
    ),
    Flag.optional
  ),
  deliver: Flag.Literals("deliver", ["main", "branch", "local"]).pipe(
    Flag.withDescription(
      "Where verified tasks go: to the target branch, to a branch devteam/… for you to merge, or to such a branch on this machine (default: main)"
    ),
    Flag.optional
  ),
  fresh: Flag.Boolean("fresh").pipe(
    Flag.withDescription("Begin a new branch devteam/…, also where an earlier one is not merged yet"),
    Flag.withDefault(false)
  ),
  yes: Flag.Boolean("yes").pipe(
    Flag.withAlias("y"),
    Flag.withDescription("Start without asking; without a terminal it takes --deliver as well"),
    Flag.withDefault(false)
  ),
  target: text("target", "The branch to deliver to (default: the remote's default branch)", "<branch>"),
  project: text("project", "The project's id (default: from the repository's URL)", "<id>"),
  dryRun: Flag.Boolean("dry-run").pipe(
    Flag.withDescription("Show the plan and the first prompt; change nothing"),
    Flag.withDefault(false)
  ),
  keep: Flag.Boolean("keep").pipe(
    Flag.withDescription("Keep the checkout of the last failed task"),
    Flag.withDefault(false)
  )
}

/** See above. */
export const run = Command.make(
  "run",
  config,
  Effect.fnUntraced(function* (given) {
    const { dataDirectory, json } = yield* sharedOptions
    const options = {
      ...given,
      onFailure: Option.getOrUndefined(given.onFailure),
      noChange: Option.getOrUndefined(given.noChange),
      maxCost: Option.getOrUndefined(given.maxCost),
      deliver: Option.getOrUndefined(given.deliver),
      tasks: Option.getOrUndefined(given.tasks),
      maxTasks: Option.getOrUndefined(given.maxTasks),
      until: Option.getOrUndefined(given.until),
      agent: Option.getOrUndefined(given.agent),
      model: Option.getOrUndefined(given.model),
      target: Option.getOrUndefined(given.target),
      project: Option.getOrUndefined(given.project),
      dataDirectory,
      json
    }
    if (given.dryRun) {
      const { dryRun } = yield* Effect.promise(() => import("../plan/dryRun.ts"))
      return yield* dryRun(options)
    }
    const { runProject } = yield* Effect.promise(() => import("../run/runProject.ts"))
    yield* runProject(options)
  })
).pipe(
  Command.withDescription(
    "Work through a repository's task list: shows the plan and asks before it starts. An agent's own program and arguments stand behind --: devteam run . --agent command -- ./my-agent {prompt}"
  ),
  Command.withShortDescription("Work through a repository's task list")
)
