/**
 * What `git push --porcelain` said, as evidence.
 *
 * `Refused` only where the server, or git comparing with what the server had just advertised, said no in words and
 * nothing can have landed. Everything else that is not a success is `Unknown`: only a look tells.
 */
import type { PushAnswer } from "@devteam/core/delivery/Observation"

/** How the push process ended. */
export interface PushEnd {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
  readonly timedOut: boolean
}

// What the servers' own failures look like: they may pass, and say nothing about the push's rights.
const broken = /internal server error|unpacker error|unable to migrate|index-pack abnormal exit/i
// Git's word for a server that went away before it reported: `[remote failure] (remote failed to report status)`.
const saidNo = /\t\[(remote )?rejected\] /
const stale =
  /stale info|fetch first|non-fast-forward|needs force|already exists|failed to update ref|incorrect old value|cannot lock ref|failed to lock|remote ref updated since/i
const lockedOut = /Unable to create '.*\.lock': (Permission denied|Read-only file system)/i
// A ref's own reason is elsewhere: with --atomic, its neighbour failed.
const bystander = /\((atomic (push failed|push failure|transaction failed))\)/i
const casualty = /cannot lock ref '[^']*': (is at|reference already exists|unable to resolve)|but expected/i
const deniedBeforeSending =
  /returned error: 40[13]|Authentication failed|could not read (Username|Password)|Permission denied \(|Permission to .* denied|Access denied|does not support --atomic push/i

/** Kept out before anything was sent, in git's own words or those of ssh's other end; never a hook's (`remote:`). */
const wasDenied = (stderr: string): boolean =>
  !/RPC failed/.test(stderr) &&
  deniedBeforeSending.test(
    stderr
      .split("\n")
      .filter((text) => !text.startsWith("remote:"))
      .join("\n")
  )

const words = (end: PushEnd, rejected: ReadonlyArray<string>): string => {
  const said = end.stderr
    .split("\n")
    .map((text) => text.trim())
    .filter((text) => text !== "" && !/^error: (failed to push some refs|atomic push failed)/.test(text))
  return [...said, ...rejected.map((text) => text.replace(/^!\t/, "").replaceAll("\t", " "))]
    .join("\n")
    .slice(0, 4_000)
}

/** Classifies the end of a push. */
export const pushAnswer = (end: PushEnd): PushAnswer => {
  if (end.exitCode === 0) return { _tag: "Accepted" }
  const rejected = end.stdout.split("\n").filter((text) => text.startsWith("!\t"))
  const message = words(end, rejected)
  if (end.timedOut)
    return { _tag: "Unknown", message: `The push took too long and was stopped.\n${message}`.trim() }
  if (rejected.length === 0) {
    return wasDenied(end.stderr)
      ? { _tag: "Refused", kind: "policy", message }
      : {
          _tag: "Unknown",
          message: message === "" ? `git push ended with ${end.exitCode ?? "a signal"}` : message
        }
  }
  if (!rejected.every((text) => saidNo.test(text))) return { _tag: "Unknown", message }
  const reasons = rejected.filter((text) => !bystander.test(text))
  if (reasons.some((text) => broken.test(text))) return { _tag: "Unknown", message }
  if (lockedOut.test(end.stderr)) return { _tag: "Refused", kind: "policy", message }
  const isStale = reasons.length === 0 ? casualty.test(end.stderr) : reasons.every((text) => stale.test(text))
  if (isStale) return { _tag: "Refused", kind: "stale", message }
  return reasons.length === 0 ? { _tag: "Unknown", message } : { _tag: "Refused", kind: "policy", message }
}
