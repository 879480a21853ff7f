/**
 * Which branch names may reach git's command line.
 *
 * Stricter than git: letters, digits and `._/+@=,#-`, not beginning with a dash or a dot. Git's own rules come on
 * top, by `check-ref-format --branch`.
 */
import { RepositoryError } from "@devteam/core/ports/Repository"
import { Effect } from "effect"
import type { HardenedGit } from "./HardenedGit.ts"

const strict = /^[\p{L}\p{N}_][\p{L}\p{N}._/+@=,#-]*$/u

/** Makes the check; names that passed are remembered. Fails with `forbidden`. */
export const makeBranchCheck = (
  git: HardenedGit
): ((name: string) => Effect.Effect<void, RepositoryError>) => {
  const good = new Set<string>()
  return Effect.fnUntraced(function* (name) {
    if (good.has(name)) return
    const known =
      strict.test(name) && (yield* git.attempt(["check-ref-format", "--branch", name], {})).exitCode === 0
    if (!known) {
      return yield* new RepositoryError({
        reason: "forbidden",
        message: `${JSON.stringify(name)} is not a branch name that can be used. Name a branch without refs/heads/.`
      })
    }
    good.add(name)
  })
}
