/**
 * What a captured change may be delivered as: policy, secrets, and the lockfile that belongs to a changed manifest.
 *
 * The rules are `verification/policy.ts`; this gathers what they look at.
 */
import { Effect, Option } from "effect"
import type { TaskInHand } from "../execution/State.ts"
import type { HoldReason } from "../execution/Status.ts"
import type { Sha } from "../model/Ids.ts"
import { type Capture, Repository } from "../ports/Repository.ts"
import { decidePolicy, type ManifestChange } from "../verification/policy.ts"
import { withOutputLog } from "./OutputLog.ts"
import { runCommand } from "./runCommand.ts"
import { readyOf } from "./select.ts"
import type { StepContext, Workspace } from "./Session.ts"

/** The change as it may go on, or why it is held. */
export interface CheckedChange {
  readonly capture: Capture
  readonly held: { readonly reason: HoldReason; readonly message: string } | undefined
  readonly warnings: ReadonlyArray<string>
}

const textAt = Effect.fnUntraced(function* ({ session }: StepContext, tree: Sha, path: string) {
  const repository = yield* Repository
  const file = yield* repository.readFile(session.repository, tree, path)
  return Option.getOrUndefined(Option.map(file, ({ bytes }) => new TextDecoder().decode(bytes)))
})

const manifestChanges = Effect.fnUntraced(function* (
  context: StepContext,
  task: TaskInHand,
  capture: Capture
) {
  const changes: Array<ManifestChange> = []
  for (const path of capture.filesModified.filter((name) => /(^|\/)package\.json$/.test(name))) {
    changes.push({
      path,
      before: yield* textAt(context, task.baseTree, path),
      after: yield* textAt(context, capture.tree, path)
    })
  }
  return changes
})

const decisionOn = Effect.fnUntraced(function* (context: StepContext, task: TaskInHand, capture: Capture) {
  const repository = yield* Repository
  return decidePolicy({
    task: task.task,
    changed: capture.filesModified,
    violations: capture.violations,
    manifests: yield* manifestChanges(context, task, capture),
    paths: yield* repository.listFiles(context.session.repository, capture.tree),
    verify: context.state.settings.verify
  })
})

const syncLockfile = Effect.fnUntraced(function* (
  context: StepContext,
  task: TaskInHand,
  workspace: Workspace,
  argv: readonly [string, ...Array<string>]
) {
  const repository = yield* Repository
  const ready = yield* readyOf(context.state)
  const timeoutMs = context.state.settings.limits.installMs
  yield* withOutputLog(context, "IMPLEMENT", (log) =>
    runCommand(context, log, { argv, cwd: workspace.directory, timeoutMs })
  )
  return yield* repository.capture(context.session.repository, {
    base: task.baseTree,
    directory: workspace.directory,
    undo: [ready.taskList]
  })
})

/** Checks a change. A lockfile that had to follow its manifest is in the answer's capture. */
export const checkPolicy = Effect.fnUntraced(function* (
  context: StepContext,
  task: TaskInHand,
  workspace: Workspace,
  captured: Capture
) {
  const decision = yield* decisionOn(context, task, captured)
  const sync = decision.held.length === 0 ? decision.lockfileSync : undefined
  const capture = sync === undefined ? captured : yield* syncLockfile(context, task, workspace, sync)
  const synced =
    sync === undefined ? [] : [`The lockfile was brought in line with package.json (${sync.join(" ")}).`]
  const secret = context.session.redactor.contains(capture.patch)
  const messages = decision.held.map((held) => held.message)
  const checked: CheckedChange = {
    capture,
    held: secret
      ? {
          reason: "secret_in_patch",
          message: "The change contains a known secret. It is kept and not delivered."
        }
      : messages.length > 0
        ? { reason: "policy", message: messages.join(" ") }
        : undefined,
    warnings: [...decision.warnings, ...synced]
  }
  return checked
})
