/**
 * The artifacts of a round by name, and how steps write them.
 *
 * Public ones pass the redactor here, so that no step can forget it; a candidate's patch is private and raw.
 */
import { Effect, Option } from "effect"
import type { Execution } from "../execution/State.ts"
import type { ArtifactKey } from "../model/Candidate.ts"
import { Artifacts } from "../ports/Artifacts.ts"
import type { StepContext } from "./Session.ts"

/** What a round leaves behind. Patches and results are private; a patch is named after its base. */
export type ArtifactKind =
  | "prompt.md"
  | "diff.patch"
  | "verify.log"
  | "sync.log"
  | "agent.log"
  | "conflict.txt"
  | "receipt.json"
  | `patch.${string}`
  | "result.json"

/** Whose round an artifact belongs to. */
export type RoundOf = Pick<ArtifactKey, "taskId" | "round">

const inHand = (state: Execution): RoundOf => ({
  taskId: state.inHand?.task.id ?? "execution",
  round: state.inHand?.round ?? 0
})

/** Names an artifact: of the task in hand, where no other is named. */
export const artifactKey = (
  state: Execution,
  kind: ArtifactKind,
  of: RoundOf = inHand(state)
): ArtifactKey => ({
  ...of,
  kind
})

/** Stores redacted text that people may see. */
export const putText = Effect.fnUntraced(function* (
  { state, session }: StepContext,
  kind: ArtifactKind,
  text: string,
  of?: RoundOf
) {
  const artifacts = yield* Artifacts
  const bytes = new TextEncoder().encode(session.redactor.text(text))
  return yield* artifacts.put(state.executionId, artifactKey(state, kind, of), "public", bytes)
})

/** Stores raw bytes that are never served. */
export const putPrivate = Effect.fnUntraced(function* (
  { state }: StepContext,
  kind: ArtifactKind,
  bytes: Uint8Array,
  of?: RoundOf
) {
  const artifacts = yield* Artifacts
  return yield* artifacts.put(state.executionId, artifactKey(state, kind, of), "private", bytes)
})

/** Reads text back; empty when it is not there. */
export const readText = Effect.fnUntraced(function* ({ state }: StepContext, key: ArtifactKey) {
  const artifacts = yield* Artifacts
  const bytes = yield* artifacts.get(state.executionId, key, "public")
  return Option.match(bytes, { onNone: () => "", onSome: (found) => new TextDecoder().decode(found) })
})
