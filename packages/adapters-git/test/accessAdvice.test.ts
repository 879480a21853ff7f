/** What a person is told to do when a remote lets nobody in. */
import { assert, describe, it } from "@effect/vitest"
import { toRepositoryError } from "../src/classify.ts"

const told = (remote: string, stderr: string) =>
  toRepositoryError({ command: "fetch", stderr, exitCode: 128, timedOut: false, remote })

const noAccess =
  "fatal: Could not read from remote repository.\n\nPlease make sure you have the correct access rights"

describe("advice about access", () => {
  for (const [remote, login] of [
    ["git@github.com:acme/shop.git", "ssh -T git@github.com"],
    ["github.com:acme/shop.git", "ssh -T github.com"],
    ["git@[::1]:acme/shop.git", "ssh -T git@::1"],
    ["ssh://git@example.com/acme/shop.git", "ssh -T git@example.com"],
    ["ssh://git@example.com:2222/acme/shop.git", "ssh -T -p 2222 git@example.com"],
    ["ssh://[::1]:2222/shop.git", "ssh -T -p 2222 ::1"]
  ] as const) {
    it(`names the login of ${remote}`, () => {
      const unknown = told(remote, `Host key verification failed.\r\n${noAccess}`)
      assert.strictEqual(unknown.reason, "auth")
      assert.include(unknown.message, `accept it: ${login} git said:`)
      const denied = told(remote, `git@x: Permission denied (publickey).\r\n${noAccess}`)
      assert.strictEqual(denied.reason, "auth")
      assert.include(denied.message, `ssh-add), and try: ${login} git said:`)
    })
  }

  it("tells an unknown host key from another one", () => {
    const warning =
      "@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\nHost key verification failed."
    const { reason, message } = told("git@example.com:shop.git", `${warning}\n${noAccess}`)
    assert.strictEqual(reason, "auth")
    assert.match(message, /somebody may be in between.*ssh-keygen -R/)
    assert.notInclude(message, "does not know")
  })

  it("tells no password from a refused one", () => {
    const url = "https://example.com/shop.git"
    const none = told(url, `fatal: could not read Username for '${url}': terminal prompts disabled`)
    assert.match(none.message, /helpers know none/)
    const refused = told(url, `fatal: Authentication failed for '${url}'`)
    assert.match(refused.message, /refused the credentials/)
    assert.deepStrictEqual([none.reason, refused.reason], ["auth", "auth"])
  })

  it("says that ssh is missing, and not that the repository is", () => {
    for (const words of [
      "error: cannot run ssh: No such file or directory\nfatal: unable to fork",
      "ssh -o BatchMode=yes: line 1: ssh: command not found",
      "sh: 1: ssh: not found"
    ]) {
      const { reason, message } = told("git@example.com:shop.git", `${words}\n${noAccess}`)
      assert.strictEqual(reason, "git_missing", words)
      assert.match(message, /Install OpenSSH/)
    }
  })
})
