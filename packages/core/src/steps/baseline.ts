/**
 * Whether the base itself is red: asked at a candidate's first red build, and remembered.
 *
 * Cached per tree, commands and Node version in the execution's private artifacts.
 */
import { Effect, Option } from "effect"
import type { TaskInHand } from "../execution/State.ts"
import type { ArtifactKey } from "../model/Candidate.ts"
import { Artifacts } from "../ports/Artifacts.ts"
import { baselineKey, type TreeOutcome } from "../verification/Attribution.ts"
import { planOf } from "./prompt.ts"
import { directoryName, type StepContext } from "./Session.ts"
import { verifyTree } from "./verifyTree.ts"

const heading = "The same commands without the change, to see whether they were red before:"

const isOutcome = (text: string): text is TreeOutcome =>
  text === "passed" || text === "unverified" || text === "failed"

const keyOf = Effect.fnUntraced(function* ({ state, session }: StepContext, task: TaskInHand, node: string) {
  const { plan } = yield* planOf(session.repository, task.baseTree, state.settings.verify)
  const commands = plan.commands.map((command) => command.argv)
  const key: ArtifactKey = {
    taskId: "baseline",
    round: 0,
    kind: baselineKey({ tree: task.baseTree, commands, node })
  }
  return key
})

/** What is known of the task's base; nothing is built. */
export const knownBaseline = Effect.fnUntraced(function* (
  context: StepContext,
  task: TaskInHand,
  node: string
) {
  const artifacts = yield* Artifacts
  const known = yield* artifacts.get(context.state.executionId, yield* keyOf(context, task, node), "private")
  const text = Option.match(known, { onNone: () => "", onSome: (bytes) => new TextDecoder().decode(bytes) })
  return isOutcome(text) ? text : undefined
})

/** What the commands say of the task's base: built now, and remembered. */
export const buildBaseline = Effect.fnUntraced(function* (
  context: StepContext,
  task: TaskInHand,
  node: string
) {
  const artifacts = yield* Artifacts
  const { state, session } = context
  const directory = yield* session.host.freshDirectory(directoryName(context, "baseline"))
  const { outcome } = yield* verifyTree(context, task.baseTree, directory, heading)
  yield* session.host.removeDirectory(directoryName(context, "baseline"))
  const key = yield* keyOf(context, task, node)
  yield* artifacts.put(state.executionId, key, "private", new TextEncoder().encode(outcome))
  return outcome
})
