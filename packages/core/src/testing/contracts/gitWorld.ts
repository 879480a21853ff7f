/**
 * A repository with everything around it: remotes that people push to, and checkouts that agents edit.
 *
 * What the contract suites of the git ports are run on; the world without git is here, too. It registers no tests.
 */
import { Effect, type Scope } from "effect"
import { ProjectId, type Sha } from "../../model/Ids.ts"
import type { DeliveryRemoteShape } from "../../ports/DeliveryRemote.ts"
import type { RepositoryRef, RepositoryShape } from "../../ports/Repository.ts"
import { memoryDeliveryRemote } from "../memory/DeliveryRemote.ts"
import { type Files, MemoryGit, type RemoteRule } from "../memory/MemoryGit.ts"
import { memoryRepository } from "../memory/Repository.ts"

/** A remote as the people who share it see it. */
export interface WorldRemote {
  readonly ref: RepositoryRef
  /** A person's commit on a branch, which is made when absent. */
  readonly commit: (branch: string, changes: Files, message?: string) => Effect.Effect<Sha>
  /** Moves a ref (full name) by force; deletes it without `to`. */
  readonly setRef: (ref: string, to: Sha | undefined) => Effect.Effect<void>
  readonly refs: Effect.Effect<ReadonlyMap<string, Sha>>
  readonly setRule: (rule: RemoteRule) => Effect.Effect<void>
}

/** Both git ports and what is around them. */
export interface GitWorld {
  readonly repository: RepositoryShape
  readonly delivery: DeliveryRemoteShape
  /** A new remote; with files, its first commit on `main`. */
  readonly createRemote: (files: Files | undefined) => Effect.Effect<WorldRemote>
  readonly newDirectory: Effect.Effect<string>
  readonly edit: (directory: string, changes: Files) => Effect.Effect<void>
  readonly read: (directory: string, path: string) => Effect.Effect<string | undefined>
  /** Loses everything that is not on a remote. */
  readonly loseCache: Effect.Effect<void>
}

/** Makes a fresh world for one test. */
export type MakeGitWorld = Effect.Effect<GitWorld, never, Scope.Scope>

/** The world without git. */
export const memoryWorld: MakeGitWorld = Effect.sync(() => {
  const git = new MemoryGit()
  let made = 0
  return {
    repository: memoryRepository(git),
    delivery: memoryDeliveryRemote(git),
    createRemote: (files) =>
      Effect.sync(() => {
        const url = `memory://remote/${++made}`
        git.createRemote(url, files)
        return {
          ref: { projectId: ProjectId.make("acme/shop"), url },
          commit: (branch, changes, message) =>
            Effect.sync(() => git.commitTo(url, branch, changes, message)),
          setRef: (ref, to) => Effect.sync(() => git.setRef(url, ref, to)),
          refs: Effect.sync(() => new Map(git.remote(url).refs)),
          setRule: (rule) =>
            Effect.sync(() => {
              git.remote(url).rule = rule
            })
        }
      }),
    newDirectory: Effect.sync(() => `/memory/checkout-${++made}`),
    edit: (directory, changes) => Effect.sync(() => git.edit(directory, changes)),
    read: (directory, path) => Effect.sync(() => git.read(directory, path)),
    loseCache: Effect.sync(() => git.loseCache())
  }
})
