/**
 * The mark that every process of a sandbox carries in its environment.
 *
 * It names the owner, so that a later worker can find what a dead one left behind. It says nothing about one
 * command: that is `commandVariable`, a random id per command. Both are inherited by children and lost by a child
 * that clears its environment.
 */
import type { SandboxOwner } from "@devteam/core/ports/Sandbox"

/** The environment variable that holds the owner: `<instance>:<projectId>:<executionId>:<epoch>`. */
export const markVariable = "DEVTEAM_MARK"

/** The environment variable that holds the id of one command. */
export const commandVariable = "DEVTEAM_COMMAND"

/** The value of {@link markVariable} for an owner. */
export const formatMark = (owner: SandboxOwner): string =>
  `${owner.instance}:${owner.projectId}:${owner.executionId}:${owner.epoch}`

/** The owner's parts, read from the right because an instance may hold colons; undefined for anything else. */
export const parseMark = (
  text: string
): { instance: string; projectId: string; executionId: string; epoch: number } | undefined => {
  const match = /^(.+):([^:]+):([^:]+):(\d+)$/s.exec(text)
  if (match === null) return undefined
  const [, instance = "", projectId = "", executionId = "", epoch = ""] = match
  return { instance, projectId, executionId, epoch: Number(epoch) }
}
