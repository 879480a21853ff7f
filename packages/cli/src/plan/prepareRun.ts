/**
 * From what a person said to a repository and settings, with nothing opened, asked or changed yet.
 */
import { ProjectId } from "@devteam/core/model/Ids"
import type { AgentSettings, Delivery, Scope } from "@devteam/core/model/Settings"
import { commandOf } from "@devteam/core/settings/commandOf"
import { defaultLimits } from "@devteam/core/model/Limits"
import { type RepositoryArgument, resolveRepository } from "@devteam/runner/repositoryArgument"
import { toSettings } from "@devteam/runner/RunSettings"
import { userIdentity } from "@devteam/runner/userIdentity"
import { Effect, Schema } from "effect"
import { usageError } from "../ExitWith.ts"
import { Invocation } from "../Invocation.ts"
import { refuseSecrets } from "./agent.ts"
import type { RunOptions } from "./options.ts"

const projectOf = (named: string | undefined, byDefault: ProjectId) => {
  if (named === undefined) return Effect.succeed(byDefault)
  return Schema.decodeUnknownEffect(ProjectId)(named).pipe(
    Effect.mapError(() =>
      usageError(
        `--project ${named}: an id is one or two parts of a-z, 0-9, dot, dash and underscore, such as acme/shop.`
      )
    )
  )
}

const scopeOf = (ids: ReadonlyArray<string>): Scope =>
  ids.length === 0 ? { _tag: "List" } : { _tag: "Tasks", ids }

/** Nothing is checked out where HEAD names a commit: then nobody said which branch is meant. */
const targetOf = ({ workTree }: RepositoryArgument, named: string | undefined) => {
  if (named !== undefined || workTree === undefined) return Effect.succeed(named)
  if (workTree.branch !== undefined) return Effect.succeed(workTree.branch)
  return Effect.fail(
    usageError(
      `No branch is checked out in ${workTree.directory}. Name the one that is meant: --target <branch>`
    )
  )
}

/** The repository and the settings of a run. `delivery` replaces what the options say. */
export const prepareRun = Effect.fnUntraced(function* (options: RunOptions, delivery?: Delivery) {
  const { cwd, environment, secrets } = yield* Invocation
  const asked = delivery ?? options.deliver
  const repository = yield* resolveRepository(options.repository, cwd, asked)
  secrets.add(repository.secrets)
  const projectId = yield* projectOf(options.project, repository.projectId)
  const target = yield* targetOf(repository, options.target)
  yield* refuseSecrets(options.verify, "The verification commands")
  const identity = yield* userIdentity(repository.directory, environment)
  const { maxCost } = options
  const limits =
    maxCost === undefined
      ? undefined
      : {
          executionCostUsd: maxCost,
          ...(maxCost < defaultLimits.taskCostUsd ? { taskCostUsd: maxCost } : {})
        }
  // Without an origin there is nothing to push to.
  const decided = asked ?? (repository.workTree === undefined ? undefined : "local")
  const settings = (agent: AgentSettings, final: Delivery | undefined = decided) =>
    toSettings({
      url: repository.url,
      target,
      taskList: options.tasks,
      agent,
      identity,
      verify: options.verify.length === 0 ? undefined : options.verify.map(commandOf),
      requireVerify: options.requireVerify ? true : undefined,
      noChange: options.noChange,
      onFailure: options.onFailure,
      delivery: final,
      skip: options.skip.length === 0 ? undefined : options.skip,
      untilTask: options.until,
      maxTasks: options.maxTasks,
      limits
    })
  return { repository, projectId, target, delivery: decided, settings, scope: scopeOf(options.task) }
})

/** See {@link prepareRun}. */
export type PreparedRun = Effect.Success<ReturnType<typeof prepareRun>>
