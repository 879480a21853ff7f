/**
 * A person with a clone: pushes to the target, and force-pushes.
 */
import { gitIn } from "../../support/remoteCommits.ts"

let count = 0

/** The target's head. */
export const headOf = (bare: string): string => gitIn(bare, ["rev-parse", "refs/heads/main"])

/**
 * A person's commit on whatever the head is now: compare-and-swap, and again when somebody was faster, as a person
 * does with `git pull --rebase && git push`. Answers the commit.
 */
export const personPushes = (bare: string): string => {
  for (;;) {
    const head = headOf(bare)
    const name = `refs/people/${process.pid}-${++count}`
    const stream =
      `commit ${name}\ncommitter A Person <person@example.com> ${Math.floor(Date.now() / 1_000)} +0000\n` +
      `data 5\nMine\n\nfrom ${head}\nM 100644 inline person-${count}.md\ndata 5\nmine\n\n`
    gitIn(bare, ["fast-import", "--quiet"], stream)
    const commit = gitIn(bare, ["rev-parse", name])
    gitIn(bare, ["update-ref", "-d", name])
    try {
      gitIn(bare, ["update-ref", "refs/heads/main", commit, head])
      return commit
    } catch {
      // Somebody else's push was first.
    }
  }
}

/** A person's force-push. */
export const forcePush = (bare: string, commit: string): void =>
  void gitIn(bare, ["update-ref", "refs/heads/main", commit])

/** Those of some commits that are not on the target. */
export const missingFrom = (bare: string, commits: ReadonlyArray<string>): ReadonlyArray<string> => {
  const there = new Set(gitIn(bare, ["rev-list", "refs/heads/main"]).split("\n"))
  return commits.filter((commit) => !there.has(commit))
}
