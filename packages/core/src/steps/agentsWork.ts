/**
 * What an agent did in a round, kept as it was captured: before policy, and before lockfiles follow.
 *
 * What comes after may have to be tried again because a registry is down. The agent is not paid for that.
 */
import { Effect, Option, Schema } from "effect"
import type { TaskInHand } from "../execution/State.ts"
import { Usage } from "../model/Candidate.ts"
import { Sha } from "../model/Ids.ts"
import { Artifacts } from "../ports/Artifacts.ts"
import { type Capture, Repository } from "../ports/Repository.ts"
import { artifactKey, putPrivate } from "./artifacts.ts"
import type { StepContext } from "./Session.ts"

/** An agent's change, and what it took. `start` is the tree that it began with; `said` are warnings of its own. */
export interface AgentsWork {
  readonly start: Sha
  readonly captured: Capture
  readonly durationMs: number
  readonly usage: Usage | undefined
  readonly said: ReadonlyArray<string>
}

const Stored = Schema.fromJsonString(
  Schema.Struct({
    base: Sha,
    promptSha: Schema.String,
    start: Sha,
    tree: Sha,
    filesModified: Schema.Array(Schema.String),
    undone: Schema.Array(Schema.String),
    violations: Schema.Array(
      Schema.Struct({
        kind: Schema.Literals(["nested_repository", "escaping_symlink"]),
        path: Schema.String
      })
    ),
    durationMs: Schema.Int,
    usage: Schema.optionalKey(Usage),
    said: Schema.Array(Schema.String)
  })
)

/** Stores it, and answers it. */
export const keepWork = Effect.fnUntraced(function* (
  context: StepContext,
  task: TaskInHand,
  work: AgentsWork
) {
  const { filesModified, patch, tree, undone, violations } = work.captured
  const { durationMs, said, start, usage } = work
  yield* putPrivate(context, "patch.captured", patch)
  const stored = {
    base: task.base,
    promptSha: task.prompt?.sha256 ?? "",
    start,
    tree,
    filesModified,
    undone,
    violations,
    durationMs,
    ...(usage === undefined ? {} : { usage }),
    said
  }
  const json = yield* Effect.orDie(Schema.encodeEffect(Stored)(stored))
  yield* putPrivate(context, "patch.captured.json", new TextEncoder().encode(json))
  return work
})

/** What an earlier attempt of this round kept, with its tree made sure of; undefined where there is none. */
export const keptWork = Effect.fnUntraced(function* ({ session, state }: StepContext, task: TaskInHand) {
  const artifacts = yield* Artifacts
  const repository = yield* Repository
  const read = (kind: "patch.captured.json" | "patch.captured") =>
    artifacts.get(state.executionId, artifactKey(state, kind), "private")
  const json = yield* read("patch.captured.json")
  const patch = yield* read("patch.captured")
  if (Option.isNone(json) || Option.isNone(patch)) return undefined
  const decoded = yield* Effect.option(
    Schema.decodeUnknownEffect(Stored)(new TextDecoder().decode(json.value))
  )
  if (Option.isNone(decoded)) return undefined
  const { base, durationMs, filesModified, promptSha, said, start, tree, undone, usage, violations } =
    decoded.value
  if (base !== task.base || promptSha !== (task.prompt?.sha256 ?? "")) return undefined
  yield* repository.restore(session.repository, { base: task.baseTree, tree, patch: patch.value })
  const captured: Capture = { tree, patch: patch.value, filesModified, undone, violations }
  const work: AgentsWork = { start, captured, durationMs, usage, said }
  return work
})
