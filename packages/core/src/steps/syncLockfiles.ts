/**
 * Brings lockfiles in line with the manifests that an agent changed, inside the candidate.
 *
 * In a checkout of its own, so that neither the agent's leftovers nor anything else that the package manager writes
 * gets into the change. A dependency that does not exist is the change's fault: the lockfile stays as it is, and
 * VERIFY, which will be red, shows why. A registry that cannot be reached is an attempt.
 */
import { Effect, Option } from "effect"
import type { TaskInHand } from "../execution/State.ts"
import type { Sha } from "../model/Ids.ts"
import { type Capture, Repository } from "../ports/Repository.ts"
import { readFailure } from "../verification/infrastructure.ts"
import { foldersToSync, type LockfileSync, lockfileSync } from "../verification/lockfileSync.ts"
import type { ManifestChange } from "../verification/policy.ts"
import { putText } from "./artifacts.ts"
import { withOutputLog } from "./OutputLog.ts"
import { runCommand } from "./runCommand.ts"
import { directoryName, type StepContext } from "./Session.ts"
import { StepProblem } from "./StepError.ts"
import { textAt } from "./textAt.ts"

/** The change with its lockfiles, and what was done to them. */
export interface SyncedChange {
  readonly capture: Capture
  readonly warnings: ReadonlyArray<string>
}

const syncsOf = Effect.fnUntraced(function* (
  context: StepContext,
  start: Sha,
  capture: Capture,
  manifests: ReadonlyArray<ManifestChange>
) {
  const repository = yield* Repository
  const { repository: ref } = context.session
  if (!capture.filesModified.some((path) => /(^|\/)(package\.json|pnpm-workspace\.yaml)$/.test(path)))
    return []
  const paths = yield* repository.listFiles(ref, capture.tree)
  const changedNow = yield* repository.changedPaths(ref, start, capture.tree)
  const syncs: Array<LockfileSync> = []
  for (const folder of foldersToSync({ changed: capture.filesModified, manifests, paths })) {
    const at = (name: string) => textAt(ref, capture.tree, folder === "" ? name : `${folder}/${name}`)
    const packageJson = yield* at("package.json")
    if (packageJson === undefined) continue
    const sync = lockfileSync(folder, { packageJson, yarnLock: yield* at("yarn.lock"), paths, changedNow })
    if (sync !== undefined) syncs.push(sync)
  }
  return syncs
})

const run = Effect.fnUntraced(function* (
  context: StepContext,
  { argv, folder }: LockfileSync,
  directory: string
) {
  const cwd = folder === "" ? directory : `${directory}/${folder}`
  const timeoutMs = context.state.settings.limits.installMs
  const { excerpt, outcome } = yield* withOutputLog(context, "IMPLEMENT", (log) =>
    runCommand(context, log, { argv, cwd, timeoutMs })
  )
  if (outcome.cause === "exited" && outcome.exitCode === 0) return undefined
  const { cause, exitCode, signal } = outcome
  const reading = readFailure({ kind: "install", cause, exitCode, signal, text: excerpt })
  if (reading._tag === "Infrastructure") {
    const message = `${argv.join(" ")}: ${reading.message}`
    return yield* new StepProblem({ kind: "infrastructure", reason: reading.reason, message })
  }
  return `$ ${argv.join(" ")}\n${excerpt}`
})

/** What the command did to the lockfile, put into the tree of the change. */
const takeOver = Effect.fnUntraced(function* (
  { session }: StepContext,
  tree: Sha,
  directory: string,
  { keeps }: LockfileSync
) {
  const repository = yield* Repository
  const after = yield* repository.capture(session.repository, { base: tree, directory, undo: [] })
  let result = tree
  for (const path of after.filesModified.filter(keeps)) {
    const file = yield* repository.readFile(session.repository, after.tree, path)
    const bytes = Option.getOrUndefined(Option.map(file, (found) => found.bytes))
    result = yield* repository.withFile(session.repository, result, path, bytes)
  }
  return result
})

const nameOf = ({ argv, folder }: LockfileSync): string =>
  folder === "" ? argv.join(" ") : `${argv.join(" ")}, in ${folder}`

/** Syncs what has to be synced. `start` is the tree that the agent began with in this round. */
export const syncLockfiles = Effect.fnUntraced(function* (
  context: StepContext,
  task: TaskInHand,
  start: Sha,
  captured: Capture,
  manifests: ReadonlyArray<ManifestChange>
) {
  const repository = yield* Repository
  const { session } = context
  const warnings: Array<string> = []
  let { tree } = captured
  for (const sync of yield* syncsOf(context, start, captured, manifests)) {
    const name = directoryName(context, "verify")
    const directory = yield* session.host.freshDirectory(name)
    yield* repository.checkout(session.repository, tree, directory)
    const failure = yield* run(context, sync, directory)
    if (failure !== undefined) {
      yield* putText(context, "sync.log", failure)
      warnings.push(`The lockfile could not be brought in line with package.json (${nameOf(sync)}).`)
      continue
    }
    const synced = yield* takeOver(context, tree, directory, sync)
    if (synced !== tree)
      warnings.push(`The lockfile was brought in line with package.json (${nameOf(sync)}).`)
    tree = synced
    yield* session.host.removeDirectory(name)
  }
  if (tree === captured.tree) return { capture: captured, warnings } satisfies SyncedChange
  const capture: Capture = {
    ...captured,
    tree,
    patch: yield* repository.diff(session.repository, task.baseTree, tree),
    filesModified: yield* repository.changedPaths(session.repository, task.baseTree, tree)
  }
  return { capture, warnings } satisfies SyncedChange
})
