/**
 * Remotes that change under a run: rewritten, deleted, protected, and people who change the same lines.
 */
import { chmodSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, assert, describe } from "@effect/vitest"
import { fileAt, git } from "../support/bareRemote.ts"
import { deliveredOn, goodAgent, outcomesOf, quick, removePlaces, statusOf } from "./support/place.ts"
import { both, branchesOf, itSays, type Situation } from "./support/situation.ts"

afterAll(removePlaces)

const situations: ReadonlyArray<Situation> = [
  {
    name: "a target that was rewritten between two tasks",
    run: ({ remote, run }) => run(remote, [...quick, "--max-tasks", "1"]),
    status: "paused max_tasks",
    code: 3,
    says: [/is paused, 1 of 2 tasks done/],
    calls: ["1.1"],
    also: async (place) => {
      const { at, call, remote } = place
      git(at("person"), "pull", "--quiet")
      git(
        at("person"),
        "rebase",
        "--quiet",
        "--root",
        "--exec",
        "git commit --quiet --amend --no-edit --date=2001-01-01T00:00:00Z"
      )
      git(at("person"), "push", "--quiet", "--force")
      const theirs = git(remote, "rev-parse", "main").trim()
      const resumed = await call(["resume"])
      assert.strictEqual(resumed.code, 0, resumed.stderr)
      assert.deepStrictEqual(deliveredOn(remote, "main"), ["1", "2"])
      assert.strictEqual(git(remote, "rev-parse", "main^").trim(), theirs)
    }
  },
  {
    name: "a target that was deleted between two tasks",
    run: ({ remote, run }) => run(remote, [...quick, "--max-tasks", "1"]),
    status: "paused max_tasks",
    code: 3,
    says: [/is paused, 1 of 2 tasks done/],
    calls: ["1.1"],
    also: async (place) => {
      const { call, remote } = place
      git(remote, "branch", "--move", "main", "trunk")
      const resumed = await call(["resume"])
      assert.strictEqual(resumed.code, 5, resumed.stderr)
      assert.match(resumed.stderr, /The branch main is not in \S+\. Its branches are: trunk\./)
      assert.match(
        resumed.stderr,
        /stays as it was\. Then go on with: devteam resume .*, or end it: devteam stop /
      )
      assert.strictEqual(statusOf(place), "paused max_tasks")
      assert.deepStrictEqual(place.calls(), ["1.1"])
      git(remote, "branch", "--move", "trunk", "main")
      const again = await call(["resume"])
      assert.strictEqual(again.code, 0, again.stderr)
      assert.deepStrictEqual(deliveredOn(remote, "main"), ["1", "2"])
    }
  },
  {
    name: "a target that was deleted while the agent worked",
    agent: `${goodAgent}; git -C "$here/remote.git" branch --move main trunk`,
    run: ({ remote, run }) => run(remote, [...quick, "--task", "1"]),
    status: "error environment",
    code: 5,
    says: [
      /ended with an error, 0 of 1 task done\. The branch main is not in \S+\. Its branches are: trunk\./
    ],
    calls: ["1.1"],
    also: async (place) => {
      const { call, remote } = place
      const diff = await call(["diff", "1"])
      assert.match(diff.stdout, /^\+word 1$/m)
      git(remote, "branch", "--move", "trunk", "main")
      const accepted = await call(["tasks", "accept", "1"])
      assert.strictEqual(accepted.code, 0, accepted.stderr)
      assert.deepStrictEqual(deliveredOn(remote, "main"), ["1"])
      assert.deepStrictEqual(place.calls(), ["1.1"])
    }
  },
  {
    name: "a protected branch",
    arrange: ({ remote }) => {
      const hook = join(remote, "hooks", "pre-receive")
      writeFileSync(
        hook,
        `#!/bin/sh
while read -r _ _ ref; do
  [ "$ref" != refs/heads/main ] || { echo "GH006: Changes must be made through a pull request." >&2; exit 1; }
done
`
      )
      chmodSync(hook, 0o755)
    },
    run: ({ remote, run }) => run(remote, [...quick, "--project", "acme/shop"]),
    status: "paused push_refused",
    code: 5,
    says: [
      /push refused: .*GH006: Changes must be made through a pull request\./,
      /is paused, 0 of 2 tasks done\. .*GH006/,
      /devteam resume acme\/shop --data \S+ --deliver branch\n/
    ],
    calls: ["1.1"],
    also: async (place) => {
      const { call, remote } = place
      assert.deepStrictEqual(outcomesOf(place), { 1: "held push_refused" })
      assert.deepStrictEqual(deliveredOn(remote, "main"), [])
      const resumed = await call(["resume", "acme/shop", "--deliver", "branch"])
      assert.strictEqual(resumed.code, 0, resumed.stderr)
      assert.deepStrictEqual(place.calls(), both, "the kept change is not made again")
      const [branch = ""] = branchesOf(remote)
      assert.deepStrictEqual(deliveredOn(remote, branch), ["1", "2"])
      assert.deepStrictEqual(deliveredOn(remote, "main"), [])
      assert.include(resumed.stderr, `2 commits on ${branch}, `)
    }
  },
  {
    name: "a person who changes the same lines meanwhile",
    agent: `if [ ! -e "$here/done" ]; then
  touch "$here/done"
  echo theirs > "$here/person/word.txt"
  person commit --quiet --all --message Theirs && person push --quiet
fi
echo "$(cat word.txt) and ours" > word.txt`,
    run: ({ remote, run }) => run(remote, [...quick, "--task", "1"]),
    status: "completed",
    code: 0,
    says: [/conflicts with the target's new head in word\.txt/],
    calls: ["1.1", "1.1"],
    also: ({ at, remote }) => {
      assert.strictEqual(fileAt(remote, "main", "word.txt"), "theirs and ours\n")
      const prompt = readFileSync(at("prompt-2.md"), "utf8")
      assert.match(
        prompt,
        /no longer merges[^]*CONFLICT .* in word\.txt\n[^]*<<<<<<< the target branch\ntheirs\n=======\n/
      )
    }
  },
  {
    name: "a person who changes the same lines again and again",
    agent: `wc -l < "$here/calls" > "$here/person/word.txt"
person commit --quiet --all --message Theirs && person push --quiet
echo ours > word.txt`,
    run: ({ remote, run }) => run(remote, [...quick, "--task", "1"]),
    status: "paused held",
    code: 1,
    says: [/1 {2}Write a word is held for you: .*conflict.*word\.txt/, /devteam diff 1/],
    calls: ["1.1", "1.1"],
    also: async (place) => {
      assert.deepStrictEqual(outcomesOf(place), { 1: "held conflict" })
      assert.strictEqual(fileAt(place.remote, "main", "word.txt").trim(), "2")
      const why = await place.call(["why", "1"])
      assert.match(
        why.stdout,
        /\(conflict\): .*again, in word\.txt\.\n[^]*from conflict\.txt of round 1:\n[^]*=======\n +ours\n/
      )
    }
  }
]

describe("meanwhile", { timeout: 180_000 }, () => itSays(situations))
