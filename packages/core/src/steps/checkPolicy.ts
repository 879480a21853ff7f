/**
 * What a captured change may be delivered as: policy, secrets, and the lockfile that belongs to a changed manifest.
 *
 * The rules are `verification/policy.ts`; this gathers what they look at.
 */
import { Effect } from "effect"
import type { TaskInHand } from "../execution/State.ts"
import type { HoldReason } from "../execution/Status.ts"
import type { Sha } from "../model/Ids.ts"
import type { Capture } from "../ports/Repository.ts"
import { decidePolicy, type Held, type ManifestChange } from "../verification/policy.ts"
import type { StepContext } from "./Session.ts"
import { syncLockfiles } from "./syncLockfiles.ts"
import { textAt } from "./textAt.ts"

/** The change as it may go on, or why it is held. */
export interface CheckedChange {
  readonly capture: Capture
  readonly held: { readonly reason: HoldReason; readonly message: string } | undefined
  readonly warnings: ReadonlyArray<string>
}

const manifestChanges = Effect.fnUntraced(function* (
  context: StepContext,
  task: TaskInHand,
  capture: Capture
) {
  const changes: Array<ManifestChange> = []
  for (const path of capture.filesModified.filter((name) => /(^|\/)package\.json$/.test(name))) {
    changes.push({
      path,
      before: yield* textAt(context.session.repository, task.baseTree, path),
      after: yield* textAt(context.session.repository, capture.tree, path)
    })
  }
  return changes
})

/** What nobody is to run a package manager on, before a person has looked. */
const untouched: ReadonlyArray<Held["reason"]> = ["install_settings", "escaping_symlink", "nested_repository"]

/**
 * Checks a change; `start` is the tree that the agent began with. Lockfiles that had to follow a manifest are in the
 * answer's capture.
 */
export const checkPolicy = Effect.fnUntraced(function* (
  context: StepContext,
  task: TaskInHand,
  start: Sha,
  captured: Capture
) {
  const manifests = yield* manifestChanges(context, task, captured)
  const decision = decidePolicy({
    task: task.task,
    changed: captured.filesModified,
    violations: captured.violations,
    manifests,
    verify: context.state.settings.verify
  })
  const { capture, warnings: synced } = decision.held.some(({ reason }) => untouched.includes(reason))
    ? { capture: captured, warnings: [] }
    : yield* syncLockfiles(context, task, start, captured, manifests)
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
