/**
 * A private repository over HTTP: through the user's credential helper, or with a password in the URL, and what
 * happens where neither is good. The password reaches the server and nobody else; the agent's key only the agent.
 */
import { execFile } from "node:child_process"
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { promisify } from "node:util"
import { assert, describe, it, type TestContext } from "@effect/vitest"
import { startGitHttpServer } from "../../packages/adapters-git/test/support/GitHttpServer.ts"
import { hitsIn } from "../redaction/support/canaries.ts"
import { agentKey, looksAt, makePrivateShop } from "./support/privateShop.ts"

const password = "helperCanary/7Yx+4 vL@9"
const canaries = { password, agentKey }

const makeShop = async ({ onTestFinished }: TestContext) => {
  const shop = await makePrivateShop()
  const server = await startGitHttpServer({ root: shop.remotes, username: "ada", password })
  onTestFinished(async () => {
    await server.close()
    shop.close()
  })
  const authorizations = new Set<string>()
  server.intercept = ({ headers: { authorization } }) => {
    if (authorization !== undefined) {
      authorizations.add(Buffer.from(authorization.replace("Basic ", ""), "base64").toString())
    }
    return false
  }
  const helper = join(shop.directory, "helper.sh")
  const asked = join(shop.directory, "helper-was-asked")
  return {
    ...shop,
    url: `${server.url}/shop.git`,
    urlWith: (user: string) => `${server.url.replace("//", `//${user}@`)}/shop.git`,
    authorizations,
    helper,
    /** A program of the user's that knows a password; for everybody, or as the shell lines say. */
    useHelper: (lines: string) => {
      writeFileSync(
        helper,
        `#!/bin/sh
echo "operation=$1" >> '${asked}'
question=$(cat)
echo "$question" >> '${asked}'
${shop.sampler.meetAt}
meet helper
[ "$1" = get ] || exit 0
${lines}
`,
        { mode: 0o700 }
      )
      shop.configure(`[credential]\n\thelper =\n\thelper = ${helper}\n\tuseHttpPath = true\n`)
    },
    asked: () => (existsSync(asked) ? readFileSync(asked, "utf8").split("\n") : [])
  }
}

const knows = (value: string): string => `echo username=ada\necho 'password=${value}'`

describe("a private repository over HTTP", () => {
  it("is worked on with what the user's credential helper knows", { timeout: 300_000 }, async (test) => {
    const shop = await makeShop(test)
    shop.useHelper(knows(password))
    const run = await shop.devteam(["run", shop.url, "--json", ...shop.runOptions])
    assert.strictEqual(run.code, 0, run.stderr)
    assert.lengthOf(shop.delivered(), 3)
    const looks = await looksAt(shop)
    for (const { code, stderr } of looks) assert.strictEqual(code, 0, stderr)
    assert.deepStrictEqual(shop.hits(canaries, [run, ...looks]), [])

    const question = shop.asked()
    assert.include(question, "path=shop.git")
    assert.include(question, `host=${new URL(shop.url).host}`)
    const operations = question.filter((line) => line.startsWith("operation="))
    assert.deepStrictEqual([...new Set(operations)], ["operation=get"], "nothing is stored or erased")

    // Where they belong they are, and everybody who takes part was looked at.
    assert.deepStrictEqual([...shop.authorizations], [`ada:${password}`])
    for (const environment of shop.sampler.environments("agent")) assert.include(environment, agentKey)
    for (const name of ["agent", "install", "build", "push", "helper"]) {
      assert.isNotEmpty(shop.sampler.environments(name), name)
    }
    const lines = shop.sampler.commandLines()
    for (const program of ["credential fill", "npm run build", " push ", "agent.sh"]) {
      assert.isTrue(
        lines.some((line) => line.includes(program)),
        `${program} was seen:\n${lines.join("\n")}`
      )
    }
  })

  it("shows a password to everybody when it is called the simple way (the control)", async (test) => {
    const shop = await makeShop(test)
    shop.useHelper(knows(password))
    const git = promisify(execFile)
    const url = shop.urlWith(`ada:${encodeURIComponent(password)}`)
    const pushed = git("git", ["push", url, "main:refs/heads/other"], {
      cwd: shop.bare,
      env: { PATH: process.env["PATH"], HOME: shop.place.home }
    })
    await pushed
    const found = shop.sampler.commandLines().filter((line) => hitsIn("", line, { password }).length > 0)
    assert.isNotEmpty(found)
    assert.isNotEmpty(hitsIn("the helper", readFileSync(shop.helper), { password }))
  })

  for (const [what, lines, advice] of [
    ["a wrong password", knows("wr0ngCanary/3Kq"), /refused the credentials.*git ls-remote http/s],
    ["no password", "", /credential helpers know none.*git help credentials.*git ls-remote http/s]
  ] as const) {
    it(`with ${what} from the helper nothing is worked on`, { timeout: 240_000 }, async (test) => {
      const shop = await makeShop(test)
      shop.useHelper(lines)
      const run = await shop.devteam(["run", shop.url, "--json", ...shop.runOptions])
      assert.strictEqual(run.code, 5, run.stderr)
      assert.match(run.stderr, advice)
      assert.deepStrictEqual(shop.agentCalls(), [])
      assert.lengthOf(shop.delivered(), 1)
      assert.strictEqual(shop.execution().status, "none", "nothing was started")
      assert.deepStrictEqual(shop.hits({ wrong: "wr0ngCanary/3Kq", ...canaries }, [run]), [])
      const operations = shop.asked().filter((line) => line.startsWith("operation="))
      assert.deepStrictEqual([...new Set(operations)], ["operation=get"])
    })
  }

  it("asks the helper for the account that the URL names", { timeout: 240_000 }, async (test) => {
    const shop = await makeShop(test)
    shop.useHelper(`case "$question" in
*username=ada*) echo 'password=${password}' ;;
*) echo username=somebody; echo password=else ;;
esac`)
    const run = await shop.devteam(["tasks", shop.urlWith("ada"), "--json"])
    assert.strictEqual(run.code, 0, run.stderr)
    assert.include(run.stdout, "First word")
    assert.deepStrictEqual([...shop.authorizations], [`ada:${password}`])
  })

  it(
    "a password in the URL is used and not kept, and who resumes without it changes nothing",
    {
      timeout: 300_000
    },
    async (test) => {
      const shop = await makeShop(test)
      const url = shop.urlWith(`ada:${encodeURIComponent(password)}`)
      const run = await shop.devteam(["run", url, "--json", "--max-tasks", "1", ...shop.runOptions])
      assert.strictEqual(run.code, 3, run.stderr)
      assert.lengthOf(shop.delivered(), 2)
      const paused = shop.execution()
      assert.strictEqual(paused.status, "paused")

      const refused = await shop.devteam(["resume", "acme/shop", "--json"])
      assert.strictEqual(refused.code, 5, refused.stderr)
      assert.match(refused.stderr, /credential helpers know none/)
      assert.match(refused.stderr, /acme\/shop stays as it was.*was not kept.*devteam resume acme\/shop/s)
      assert.deepStrictEqual(shop.execution(), paused)
      assert.deepStrictEqual(shop.agentCalls(), ["1.1"])

      shop.useHelper(knows(password))
      const resumed = await shop.devteam(["resume", "acme/shop", "--json"])
      assert.strictEqual(resumed.code, 0, resumed.stderr)
      assert.lengthOf(shop.delivered(), 3)

      // The person wrote it into the arguments of the first command.
      const others = shop
        .hits(canaries, [run, refused, resumed])
        .filter(({ where, form }) => !(where === "arguments" && form === "in a URL"))
      assert.deepStrictEqual(others, [])
      const found = shop.sampler.commandLines().filter((line) => hitsIn("", line, { password }).length > 0)
      assert.deepStrictEqual(
        found.filter((line) => !/devteam\.js run /.test(line)),
        []
      )
    }
  )
})
