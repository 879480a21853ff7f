/**
 * Port: the repository on the host side. Cache, trees, checkouts, capture, merge and commit objects.
 *
 * Everything is by object name; a checkout is only files that others may do anything to, and nothing is ever read
 * back from its `.git`. Talking to the remote about pushes is `DeliveryRemote`.
 */
import { Context, type Effect, type Option, Schema } from "effect"
import type { ProjectId, Sha } from "../model/Ids.ts"
import type { Identity } from "../model/Settings.ts"

/** Why git could not do it. `message` is redacted by the caller before any sink. */
export class RepositoryError extends Schema.TaggedError<RepositoryError>()("RepositoryError", {
  reason: Schema.Literals([
    /** The remote does not answer. */
    "unreachable",
    /** Credentials are missing or refused. */
    "auth",
    /** No such repository or branch. */
    "not_found",
    /** The remote has no commit at all. */
    "empty",
    /** Refused by a rule of ours: protocol, redirect, option-like name. */
    "forbidden",
    /** A candidate's patch does not give its tree. */
    "corrupt",
    "disk_full",
    "git_missing",
    "unknown"
  ]),
  message: Schema.String
}) {
  /** Whether the same call may succeed later without anybody changing anything. */
  get retryable(): boolean {
    return this.reason === "unreachable" || this.reason === "disk_full" || this.reason === "unknown"
  }
}

/** Which repository: the key of its cache. `target` is a branch name without `refs/heads/`. */
export interface RepositoryRef {
  readonly projectId: ProjectId
  readonly url: string
}

/** A commit of the target branch. */
export interface Head {
  readonly commit: Sha
  readonly tree: Sha
}

/** A file in a tree. */
export interface FileBlob {
  readonly blob: Sha
  readonly bytes: Uint8Array
}

/** What an agent did that may not be delivered unseen (design §8, §9). */
export interface Violation {
  readonly kind: "nested_repository" | "escaping_symlink"
  readonly path: string
}

/** A checkout compared with its base. `tree` has neither the undone paths' edits nor the runner's own files. */
export interface Capture {
  readonly tree: Sha
  readonly patch: Uint8Array
  readonly filesModified: ReadonlyArray<string>
  /** Paths of `undo` that had been changed, and were put back. */
  readonly undone: ReadonlyArray<string>
  readonly violations: ReadonlyArray<Violation>
}

/** A three-way merge of trees. `details` is for people and the agent: the files with conflict markers. */
export type TreeMerge =
  | { readonly _tag: "Clean"; readonly tree: Sha }
  | { readonly _tag: "Conflict"; readonly files: ReadonlyArray<string>; readonly details: string }

/** Everything that goes into a commit object: same input, same SHA, whoever makes it. Times in epoch ms. */
export interface CommitRequest {
  readonly tree: Sha
  readonly parent: Sha
  readonly message: string
  readonly identity: Identity
  readonly authoredAt: number
}

/** The repository port. Every function fetches nothing unless it says so. */
export interface RepositoryShape {
  /** Clones or fetches the cache, and answers the target branch (the remote's default when none is asked for). */
  readonly open: (
    ref: RepositoryRef,
    target: string | undefined
  ) => Effect.Effect<{ readonly target: string; readonly head: Head }, RepositoryError>
  /** Fetches, and answers the target's head. */
  readonly fetchHead: (ref: RepositoryRef, target: string) => Effect.Effect<Head, RepositoryError>
  /** Fetches, and answers a branch's head; none when there is no such branch. */
  readonly findHead: (
    ref: RepositoryRef,
    branch: string
  ) => Effect.Effect<Option.Option<Head>, RepositoryError>
  /** The newest commit that both have in their history; none when they share nothing. */
  readonly mergeBase: (
    ref: RepositoryRef,
    a: Sha,
    b: Sha
  ) => Effect.Effect<Option.Option<Head>, RepositoryError>
  /** A commit with its first parent (undefined for a first commit); none where the cache has no such commit. */
  readonly readCommit: (
    ref: RepositoryRef,
    commit: Sha
  ) => Effect.Effect<Option.Option<Head & { readonly parent: Sha | undefined }>, RepositoryError>
  readonly readFile: (
    ref: RepositoryRef,
    tree: Sha,
    path: string
  ) => Effect.Effect<Option.Option<FileBlob>, RepositoryError>
  /** All paths of a tree, sorted by bytes. */
  readonly listFiles: (ref: RepositoryRef, tree: Sha) => Effect.Effect<ReadonlyArray<string>, RepositoryError>
  /** A tree with one file's content replaced (mode kept; 100644 when new), or removed when `bytes` is undefined. */
  readonly withFile: (
    ref: RepositoryRef,
    tree: Sha,
    path: string,
    bytes: Uint8Array | undefined
  ) => Effect.Effect<Sha, RepositoryError>
  /**
   * Makes a fresh checkout of a tree in `directory` (emptied first), with a throw-away `.git` whose one commit is
   * that tree, so that agents can use git there.
   */
  readonly checkout: (
    ref: RepositoryRef,
    tree: Sha,
    directory: string
  ) => Effect.Effect<void, RepositoryError>
  /** Reads a checkout as files, with a trusted git directory, and compares it with `base`. */
  readonly capture: (
    ref: RepositoryRef,
    request: { readonly base: Sha; readonly directory: string; readonly undo: ReadonlyArray<string> }
  ) => Effect.Effect<Capture, RepositoryError>
  /** Files of `tree` that a checkout of it has changed or lost, sorted; files beyond the tree are not looked at. */
  readonly trackedChanges: (
    ref: RepositoryRef,
    request: { readonly tree: Sha; readonly directory: string }
  ) => Effect.Effect<ReadonlyArray<string>, RepositoryError>
  /** The patch between two trees: binary, full index, applicable by `restore`. */
  readonly diff: (ref: RepositoryRef, from: Sha, to: Sha) => Effect.Effect<Uint8Array, RepositoryError>
  /** Paths that differ between two trees, sorted. */
  readonly changedPaths: (
    ref: RepositoryRef,
    from: Sha,
    to: Sha
  ) => Effect.Effect<ReadonlyArray<string>, RepositoryError>
  /** Makes sure that `tree` exists, applying `patch` to `base` if it does not; `corrupt` when that gives another. */
  readonly restore: (
    ref: RepositoryRef,
    candidate: { readonly base: Sha; readonly tree: Sha; readonly patch: Uint8Array }
  ) => Effect.Effect<void, RepositoryError>
  /** Merges what `theirs` changed since `base` into `ours`. All three are trees. */
  readonly mergeTrees: (
    ref: RepositoryRef,
    request: { readonly base: Sha; readonly ours: Sha; readonly theirs: Sha }
  ) => Effect.Effect<TreeMerge, RepositoryError>
  /** Makes a commit object; nothing points at it. Committer date = max(authored, the parent's). UTC, unsigned. */
  readonly commit: (ref: RepositoryRef, request: CommitRequest) => Effect.Effect<Sha, RepositoryError>
  /** The tree of a commit that the cache has. */
  readonly treeOf: (ref: RepositoryRef, commit: Sha) => Effect.Effect<Sha, RepositoryError>
  /** Removes a checkout. Idempotent. */
  readonly removeCheckout: (directory: string) => Effect.Effect<void, RepositoryError>
}

/** See {@link RepositoryShape}. */
export class Repository extends Context.Service<Repository, RepositoryShape>()("@devteam/core/Repository") {}
