/**
 * The way from words to a plan, for `run` and its dry run alike.
 */
import { existsSync } from "node:fs"
import { join } from "node:path"
import type { ProjectId } from "@devteam/core/model/Ids"
import { newestOf } from "@devteam/core/worker/start"
import { Effect } from "effect"
import { withMachine, withStores } from "../runtime.ts"
import type { RunOptions } from "./options.ts"
import { makePlan } from "./plan.ts"
import { type PreparedRun, prepareRun } from "./prepareRun.ts"

/** What the ports of a run are made of. */
export const machineOf = ({ repository }: PreparedRun, options: RunOptions) => ({
  dataDirectory: options.dataDirectory,
  credentials: repository.credentials,
  ssh: repository.ssh,
  secrets: repository.secrets,
  keepFailedCheckouts: options.keep
})

/** The project's newest execution; no database is made for asking. */
export const newestExecution = (projectId: ProjectId, dataDirectory: string) =>
  existsSync(join(dataDirectory, "devteam.sqlite"))
    ? withStores(dataDirectory, newestOf(projectId))
    : Effect.succeed(undefined)

/** The plan, with what it was made from. A project that delivers locally is looked at where it lies. */
export const planRun = Effect.fnUntraced(function* (options: RunOptions, prepared: PreparedRun) {
  const look = Effect.fnUntraced(function* (prepared: PreparedRun) {
    const previous = yield* newestExecution(prepared.projectId, options.dataDirectory)
    return yield* withMachine(machineOf(prepared, options), makePlan(options, prepared, previous))
  })
  const plan = yield* look(prepared)
  if (plan.settings.delivery !== "local" || prepared.delivery === "local") return { prepared, plan }
  const local = yield* prepareRun(options, "local")
  return { prepared: local, plan: yield* look(local) }
})
