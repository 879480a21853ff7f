/**
 * The fence: its names on the remote, and its commits.
 *
 * A fence is a chain of empty-tree commits, one per seal and push; each says who made it. Identity and dates come
 * from the content alone, so that the same content on the same parent is the same object.
 */
import { createHash } from "node:crypto"
import { InstanceId, type ProjectId, Sha } from "@devteam/core/model/Ids"
import type { FenceContent } from "@devteam/core/ports/DeliveryRemote"
import { Effect } from "effect"
import type { GitDir } from "./Cache.ts"
import { commitText } from "./Commit.ts"
import { writeObject } from "./objects.ts"

/** Where a project's fence for a target may live: its own namespace, or a branch where only branches are taken. */
export const fenceNames = (projectId: ProjectId, target: string) => {
  const hash = createHash("sha256").update(`${projectId}\n${target}`).digest("hex").slice(0, 12)
  return { customRef: `refs/devteam/fence/${hash}`, branchRef: `refs/heads/devteam/fence-${hash}` }
}

/** What a probe seals with where there is no fence yet: nobody's, and the same for everybody who probes. */
export const firstSeal: FenceContent = {
  instance: InstanceId.make("probe"),
  epoch: 0,
  seq: 0,
  nonce: "probe"
}

const identity = { name: "DevTeam fence", email: "fence@devteam.invalid" }
const firstSecond = 1_577_836_800

// A value is one line, whatever it was: the message is read back by lines.
const line = (key: string, value: string): string => `${key}: ${value.replace(/[\r\n\0]+/g, " ")}`

const fenceMessage = (content: FenceContent): string =>
  [
    "DevTeam fence",
    "",
    line("instance", content.instance),
    line("epoch", String(content.epoch)),
    line("seq", String(content.seq)),
    ...(content.intent === undefined ? [] : [line("intent", content.intent)]),
    line("nonce", content.nonce),
    ""
  ].join("\n")

/** Writes a fence commit into the cache; nothing points at it. */
export const writeFenceCommit = Effect.fnUntraced(function* (
  git: GitDir,
  previous: Sha | undefined,
  content: FenceContent
) {
  const tree = yield* writeObject(git, "tree", "")
  const second = firstSecond + Math.max(0, content.seq)
  return yield* writeObject(
    git,
    "commit",
    commitText({
      tree,
      parents: previous === undefined ? [] : [previous],
      identity,
      authoredAt: second,
      committedAt: second,
      message: fenceMessage(content)
    })
  )
})

/** Reads a fence commit's content; what somebody else wrote there reads as epoch 0 of instance `unknown`. */
export const parseFenceMessage = (text: string): FenceContent => {
  const field = (key: string) => new RegExp(`^${key}: (.*)$`, "m").exec(text)?.[1]
  const number = (key: string) => {
    const value = Number(field(key))
    return Number.isSafeInteger(value) ? value : 0
  }
  const intent = field("intent")
  return {
    instance: InstanceId.make(field("instance") || "unknown"),
    epoch: number("epoch"),
    seq: number("seq"),
    ...(intent !== undefined && /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(intent)
      ? { intent: Sha.make(intent) }
      : {}),
    nonce: field("nonce") ?? ""
  }
}
