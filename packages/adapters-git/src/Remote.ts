/**
 * Talking to the remote about fence and target: read both, seal, push.
 *
 * Every call is one round trip that is harmless to repeat. A push is one process, never retried.
 */
import { Sha } from "@devteam/core/model/Ids"
import type { RemoteCapabilities } from "@devteam/core/model/Push"
import type { FenceContent, FenceTip } from "@devteam/core/ports/DeliveryRemote"
import { RepositoryError, type RepositoryError as Failure } from "@devteam/core/ports/Repository"
import { Effect, Option } from "effect"
import type { GitDir } from "./Cache.ts"
import { toRepositoryError } from "./classify.ts"
import { fenceNames, firstSeal, parseFenceMessage, writeFenceCommit } from "./Fence.ts"
import { pushAnswer, type PushEnd } from "./pushAnswer.ts"

const sealTimeoutMs = 60_000

const pushOptions: ReadonlyArray<string> = [
  "--porcelain",
  "--no-verify",
  "--no-follow-tags",
  "--recurse-submodules=no",
  "--no-signed"
]

/** One ref of a push: its new commit, and the one that must be there now (`undefined`: none). */
export interface LeasedRef {
  readonly ref: string
  readonly to: string
  readonly expected: string | undefined
}

/** Pushes refs, each with a lease, in one transaction of the server where `atomic`. */
export const leasedPush = (
  git: GitDir,
  refs: ReadonlyArray<LeasedRef>,
  options: { readonly atomic: boolean; readonly timeoutMs: number; readonly dryRun?: boolean }
): Effect.Effect<PushEnd, Failure> =>
  Effect.map(
    git.attempt(
      [
        "push",
        ...(options.atomic ? ["--atomic"] : []),
        ...(options.dryRun === true ? ["--dry-run"] : []),
        ...pushOptions,
        ...refs.map(({ expected, ref }) => `--force-with-lease=${ref}:${expected ?? ""}`),
        "--end-of-options",
        git.remote.clean,
        ...refs.map(({ ref, to }) => `${to}:${ref}`)
      ],
      { remote: git.remote, timeoutMs: options.timeoutMs }
    ),
    (exit) => ({ ...exit, stdout: exit.stdout.toString("utf8") })
  )

/** A ref of the cache: what the last fetch saw. */
export const cachedRef = (git: GitDir, ref: string): Effect.Effect<Sha | undefined, Failure> =>
  Effect.map(
    git.attempt(["rev-parse", "--verify", "--quiet", "--end-of-options", `${ref}^{commit}`]),
    (exit) => (exit.exitCode === 0 ? Sha.make(exit.stdout.toString("latin1").trim()) : undefined)
  )

/** The fence as the last fetch saw it. */
export const cachedTip = Effect.fnUntraced(function* (git: GitDir, ref: string | undefined) {
  const sha = ref === undefined ? undefined : yield* cachedRef(git, ref)
  if (sha === undefined) return Option.none<FenceTip>()
  const { stdout } = yield* git.run(["cat-file", "commit", sha])
  return Option.some<FenceTip>({ sha, content: parseFenceMessage(stdout.toString("utf8")) })
})

const failed = (git: GitDir, end: PushEnd): RepositoryError =>
  toRepositoryError({
    ...end,
    stderr: `${end.stderr}\n${end.stdout}`,
    command: "push",
    remote: git.remote.clean
  })

/** Moves the fence from `previous` to a new commit of `content`. `undefined`: somebody else was first. */
export const sealFence = Effect.fnUntraced(function* (
  git: GitDir,
  ref: string,
  previous: Sha | undefined,
  content: FenceContent
) {
  const sha = yield* writeFenceCommit(git, previous, content)
  const end = yield* leasedPush(git, [{ ref, to: sha, expected: previous }], {
    atomic: true,
    timeoutMs: sealTimeoutMs
  })
  const answer = pushAnswer(end)
  if (answer._tag === "Accepted") return { sha, content } satisfies FenceTip
  if (answer._tag === "Refused" && answer.kind === "stale") return undefined
  if (answer._tag === "Unknown") return yield* failed(git, end)
  return yield* new RepositoryError({
    reason: "forbidden",
    message: `${git.remote.clean} refuses the fence ${ref}: ${answer.message}`
  })
})

/** Tries a push without making it: proves the right to push, and tells whether the server is atomic. */
const rehearse = Effect.fnUntraced(function* (git: GitDir, ref: string, expected: Sha | undefined) {
  const sha = yield* writeFenceCommit(git, expected, firstSeal)
  const end = yield* leasedPush(git, [{ ref, to: sha, expected }], {
    atomic: true,
    timeoutMs: sealTimeoutMs,
    dryRun: true
  })
  if (/does not support --atomic/.test(end.stderr)) return { atomic: false }
  // A rejection in porcelain is an answer by a server that let us in; anything else kept us out.
  if (end.exitCode !== 0 && !/^!\t/m.test(end.stdout)) return yield* failed(git, end)
  return { atomic: true }
})

/**
 * Finds out what the remote can do. `refetch` renews the cache: a fence that is taken but not shown is of no use.
 */
export const probe = Effect.fnUntraced(function* (
  git: GitDir,
  refetch: Effect.Effect<GitDir, Failure>,
  names: ReturnType<typeof fenceNames>
) {
  const places = [
    { fence: "custom_ref" as const, fenceRef: names.customRef },
    { fence: "branch_ref" as const, fenceRef: names.branchRef }
  ]
  const existing = yield* Effect.forEach(places, ({ fenceRef }) => cachedRef(git, fenceRef))
  const used = places.find((_, index) => existing[index] !== undefined)
  const tip = existing.find((sha) => sha !== undefined)
  const { atomic } = yield* rehearse(git, (used ?? places[0] ?? { fenceRef: names.customRef }).fenceRef, tip)
  if (!atomic) return { fence: "cas_only", atomic } satisfies RemoteCapabilities
  if (used !== undefined) return { ...used, atomic } satisfies RemoteCapabilities
  for (const place of places) {
    const sealed = yield* Effect.result(sealFence(git, place.fenceRef, undefined, firstSeal))
    if (sealed._tag === "Failure" && sealed.failure.reason !== "forbidden") return yield* sealed.failure
    if (sealed._tag === "Success" && (yield* cachedRef(yield* refetch, place.fenceRef)) !== undefined) {
      return { ...place, atomic } satisfies RemoteCapabilities
    }
  }
  return { fence: "cas_only", atomic } satisfies RemoteCapabilities
})
