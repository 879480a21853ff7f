/**
 * The model's remote: one target branch, one fence ref, and requests that are delayed, lost or answered late.
 *
 * A request waits in `inFlight` until the walk delivers or loses it; its sender may long be dead by then. Commits know
 * whether the task's line is ticked in their tree. The remote watches the promises while it is driven: what lands,
 * what people take out, and what must not land any more.
 */
import type { PushAnswer } from "../../src/delivery/Observation.ts"

/** A guard that a control switches off. */
export type Fault = "seal" | "atomic" | "fence_changes" | "merge_again" | "torn_look"

export interface Commit {
  readonly sha: string
  readonly parent: string | undefined
  readonly depth: number
  /** `execution/task` of the trailers; absent in people's commits. */
  readonly owner: string | undefined
  readonly ticked: boolean
}

export interface FenceCommit {
  readonly sha: string
  readonly parent: string | undefined
  readonly instance: string
  readonly epoch: number
}

export interface Request {
  readonly kind: "push" | "seal"
  /** Without an old one the branch has to be absent. */
  readonly target: { readonly old: string | undefined; readonly new: string } | undefined
  readonly fence: { readonly old: string | undefined; readonly new: string } | undefined
  answer: PushAnswer | undefined
}

/** A promise that a walk saw broken. */
export class Violation extends Error {}

export class ModelRemote {
  readonly commits = new Map<string, Commit>()
  readonly fences = new Map<string, FenceCommit>()
  /** Every owner that reached the target, with how often. */
  readonly landings = new Map<string, number>()
  /** Owners of which nothing may land any more, and why. */
  readonly closed = new Map<string, string>()
  /** Owners whose commits a person took out. */
  readonly removed = new Set<string>()
  target: string | undefined
  /** Where a delivery branch begins that does not exist yet; absent where the target is not one. */
  readonly from: string | undefined
  fence: string | undefined
  reachable = true
  protectedBranch = false
  inFlight: Array<Request> = []
  readonly #faults: ReadonlySet<Fault>
  /** False where a database may forget: then only the history itself is judged. */
  readonly #strict: boolean
  #names = 0

  constructor(faults: ReadonlySet<Fault>, strict: boolean, createsTarget: boolean) {
    this.#faults = faults
    this.#strict = strict
    const root = this.addCommit({ sha: "root", parent: undefined, owner: undefined, ticked: false }).sha
    this.from = createsTarget ? root : undefined
    this.target = createsTarget ? undefined : root
  }

  /** A name that nothing else has. */
  fresh(prefix: string): string {
    this.#names += 1
    return `${prefix}${this.#names}`
  }

  /** Adds an object; the same name is the same object. */
  addCommit(commit: Omit<Commit, "depth">): Commit {
    const parent = commit.parent === undefined ? undefined : this.commit(commit.parent)
    const added = { ...commit, depth: (parent?.depth ?? -1) + 1 }
    this.commits.set(added.sha, added)
    return added
  }

  commit(sha: string): Commit {
    const found = this.commits.get(sha)
    if (found === undefined) throw new Error(`no such commit: ${sha}`)
    return found
  }

  /** The commit and its ancestors, newest first. */
  history(sha: string | undefined): ReadonlyArray<Commit> {
    const found: Array<Commit> = []
    for (let at = sha; at !== undefined;) {
      const commit = this.commit(at)
      found.push(commit)
      at = commit.parent
    }
    return found
  }

  fenceHolds(tip: string | undefined, sha: string): boolean {
    for (let at = tip; at !== undefined; at = this.fences.get(at)?.parent) if (at === sha) return true
    return false
  }

  /** What the server does when a request reaches it. */
  deliver(request: Request): void {
    this.inFlight = this.inFlight.filter((other) => other !== request)
    const { fence, target } = request
    if (target !== undefined && this.protectedBranch) {
      request.answer = { _tag: "Refused", kind: "policy", message: "protected branch" }
      return
    }
    const targetFits = target === undefined || this.target === target.old
    // A ref that does not change sends no command, so the server compares nothing.
    const fenceFits = fence === undefined || fence.new === fence.old || this.fence === fence.old
    const fits = targetFits && fenceFits
    const each = this.#faults.has("atomic")
    if (fence !== undefined && fence.new !== fence.old && (each ? fenceFits : fits)) this.fence = fence.new
    if (target !== undefined && (each ? targetFits : fits)) this.#land(target)
    request.answer = fits ? { _tag: "Accepted" } : { _tag: "Refused", kind: "stale", message: "stale info" }
  }

  /** A person moves the branch to any commit, or deletes it. */
  force(to: string | undefined): void {
    const kept = new Set(this.history(to).map((commit) => commit.sha))
    for (const commit of this.history(this.target)) {
      if (commit.owner !== undefined && !kept.has(commit.sha)) this.removed.add(commit.owner)
    }
    this.target = to
    this.#checkHistory()
  }

  /** A promise about what a database knows. */
  promise(kept: boolean, otherwise: string): void {
    if (this.#strict && !kept) throw new Violation(otherwise)
  }

  /** From now on nothing of this owner may land. */
  close(owner: string, reason: string): void {
    this.promise(!this.landings.has(owner), `${owner} ended ${reason}, but it had landed`)
    this.closed.set(owner, reason)
  }

  #land(target: { readonly old: string | undefined; readonly new: string }): void {
    const commit = this.commit(target.new)
    const owner = commit.owner ?? ""
    const count = (this.landings.get(owner) ?? 0) + 1
    this.landings.set(owner, count)
    this.promise(count === 1, `${owner} landed ${count} times`)
    const closed = this.closed.get(owner)
    this.promise(closed === undefined, `${owner} landed after it had ended ${closed}`)
    if (commit.parent !== (this.target ?? this.from))
      throw new Violation(`${owner} overwrote the commit of somebody else`)
    if (target.old !== undefined && this.commit(target.old).ticked)
      throw new Violation(`${owner} did a task that was done already`)
    this.target = commit.sha
    this.#checkHistory()
  }

  /** Never two commits for one line of the list beside each other, whoever made them. */
  #checkHistory(): void {
    const owners = this.history(this.target).filter((commit) => commit.owner !== undefined)
    if (owners.length > 1)
      throw new Violation(`two commits for one task: ${owners.map((c) => c.sha).join(" ")}`)
  }
}
