/** What git's words mean: recorded outputs of `git push --porcelain`. */
import { assert, describe, it } from "@effect/vitest"
import { pushAnswer } from "../src/pushAnswer.ts"

const sha = "2466c9581077b8c75e1b1f053bc0deeaca46f8d0"
const line = (ref: string, summary: string) => `!\t${sha}:${ref}\t${summary}\n`
const both = (target: string, fence: string) =>
  `To https://example.com/x.git\n${line("refs/heads/main", target)}${line("refs/devteam/fence/x", fence)}Done\n`

const cases: ReadonlyArray<readonly [string, string, string, string]> = [
  ["a fence lease", both("[rejected] (atomic push failed)", "[rejected] (stale info)"), "", "stale"],
  ["a target lease", both("[rejected] (stale info)", "[rejected] (atomic push failed)"), "", "stale"],
  ["a moved branch", both("[rejected] (fetch first)", "[rejected] (atomic push failed)"), "", "stale"],
  [
    "overtaken on the server",
    both("[remote rejected] (atomic transaction failed)", "[remote rejected] (atomic transaction failed)"),
    "remote: error: cannot lock ref 'refs/devteam/fence/x': is at 1 but expected 2",
    "stale"
  ],
  [
    "an update hook",
    both("[remote rejected] (atomic push failure)", "[remote rejected] (hook declined)"),
    "remote: not here",
    "policy"
  ],
  [
    "a pre-receive hook",
    both("[remote rejected] (pre-receive hook declined)", "[remote rejected] (pre-receive hook declined)"),
    "remote: GitLab: You are not allowed to push code to protected branches",
    "policy"
  ],
  [
    "a protected branch",
    both(
      "[remote rejected] (protected branch hook declined)",
      "[remote rejected] (atomic transaction failed)"
    ),
    "remote: error: GH006: Protected branch update failed for refs/heads/main.",
    "policy"
  ],
  [
    "a refused ref beside a stale one",
    both("[rejected] (stale info)", "[remote rejected] (hook declined)"),
    "",
    "policy"
  ],
  [
    "no permission",
    "",
    "fatal: unable to access 'https://x/': The requested URL returned error: 403",
    "policy"
  ],
  ["no atomic", "", "fatal: the receiving end does not support --atomic push", "policy"],
  ["a cut connection", "", "fatal: the remote end hung up unexpectedly", "unknown"],
  [
    "a server error",
    "",
    "error: RPC failed; HTTP 502 curl 22 The requested URL returned error: 502",
    "unknown"
  ],
  ["silence", "", "", "unknown"],
  [
    "a server that went away before its report",
    both(
      "[remote failure] (remote failed to report status)",
      "[remote failure] (remote failed to report status)"
    ),
    "fatal: the remote end hung up unexpectedly",
    "unknown"
  ],
  [
    "a hook's words without a report",
    "",
    "remote: Access denied by protected branch\nfatal: the remote end hung up unexpectedly",
    "unknown"
  ],
  [
    "a refusal in the middle of the request",
    "",
    "error: RPC failed; HTTP 403 curl 22 The requested URL returned error: 403\nfatal: the remote end hung up",
    "unknown"
  ],
  [
    "a full server",
    both(
      "[remote rejected] (unable to migrate objects to permanent storage)",
      "[remote rejected] (unpacker error)"
    ),
    "",
    "unknown"
  ],
  [
    "a transaction that failed without a reason",
    both("[remote rejected] (atomic transaction failed)", "[remote rejected] (atomic transaction failed)"),
    "",
    "unknown"
  ]
]

describe("pushAnswer", () => {
  for (const [what, stdout, stderr, expected] of cases) {
    it(`${what} is ${expected}`, () => {
      const answer = pushAnswer({ exitCode: 1, stdout, stderr, timedOut: false })
      assert.strictEqual(answer._tag === "Refused" ? answer.kind : answer._tag.toLowerCase(), expected)
      if (answer._tag === "Refused") assert.notStrictEqual(answer.message, "")
    })
  }

  it("a refusal that came in a time-out is unknown", () => {
    const stdout = both("[rejected] (stale info)", "[rejected] (atomic push failed)")
    assert.strictEqual(pushAnswer({ exitCode: null, stdout, stderr: "", timedOut: true })._tag, "Unknown")
  })

  it("success is accepted", () => {
    assert.deepStrictEqual(pushAnswer({ exitCode: 0, stdout: "Done\n", stderr: "", timedOut: false }), {
      _tag: "Accepted"
    })
  })
})
