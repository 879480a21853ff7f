/**
 * Repositories as they are found: what `devteam run` makes of each, to the exit code and the words.
 */
import { createHash } from "node:crypto"
import { lstatSync, readdirSync, readFileSync, readlinkSync, renameSync, rmSync } from "node:fs"
import { join, relative } from "node:path"
import { afterAll, assert, describe } from "@effect/vitest"
import {
  type GitHttpServer,
  startGitHttpServer
} from "../../packages/adapters-git/test/support/GitHttpServer.ts"
import { commitsOf, git } from "../support/bareRemote.ts"
import { deliveredOn, quick, removePlaces, twoWords, write } from "./support/place.ts"
import { both, branchesOf, itSays, type Situation } from "./support/situation.ts"

afterAll(removePlaces)

const manifest = (more: object) => JSON.stringify({ name: "words", version: "1.0.0", private: true, ...more })
const { "check.sh": _, ...withoutCheck } = twoWords
const build = { scripts: { build: "sh check.sh" } }

/** Mode and content of every file of a clone, with all that git has in it but what was fetched and checked. */
const bytesOf = (clone: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    readdirSync(clone, { recursive: true, withFileTypes: true }).flatMap((entry) => {
      const file = join(entry.parentPath, entry.name)
      if (entry.isDirectory()) return []
      const bytes = entry.isSymbolicLink() ? readlinkSync(file) : readFileSync(file)
      return [
        [relative(clone, file), `${lstatSync(file).mode} ${createHash("sha256").update(bytes).digest("hex")}`]
      ]
    })
  )

/** The same without what a delivered branch adds. */
const workTreeOf = (clone: string) =>
  Object.fromEntries(
    Object.entries(bytesOf(clone)).filter(
      ([path]) => !/^\.git\/(objects|refs\/(heads\/)?devteam|logs)\//.test(path)
    )
  )

const servers: Array<GitHttpServer> = []
afterAll(() => Promise.all(servers.map((server) => server.close())))

/** Serves the folder's repositories over HTTP. */
const served = async (root: string, password?: string) => {
  const server = await startGitHttpServer({
    root,
    ...(password === undefined ? {} : { username: "ada", password })
  })
  servers.push(server)
  return {
    url: server.url,
    intercept: (answer: NonNullable<GitHttpServer["intercept"]>) => void (server.intercept = answer)
  }
}

const situations: ReadonlyArray<Situation> = [
  {
    name: "an empty repository",
    arrange: ({ at, directory }) => void git(directory, "init", "--quiet", "--bare", at("empty.git")),
    run: ({ at, run }) => run(at("empty.git"), quick),
    status: "none",
    code: 5,
    says: [/empty\.git has no commit/],
    calls: []
  },
  {
    name: "a folder with nothing committed",
    arrange: ({ at, directory }) => void git(directory, "init", "--quiet", at("empty")),
    run: ({ at, run }) => run(at("empty"), [...quick, "--deliver", "local"]),
    status: "none",
    code: 5,
    says: [/empty.* has no commit/],
    calls: []
  },
  {
    name: "no package.json",
    files: withoutCheck,
    run: ({ remote, run }) => run(remote, []),
    status: "completed",
    code: 0,
    says: [
      /^verify {3}nothing/m,
      /there is no package\.json\. Name .*--verify/,
      /there is nothing to verify it with/
    ],
    calls: both,
    also: ({ remote }) =>
      assert.strictEqual(commitsOf(remote, "main").at(-1)?.trailers["DevTeam-Verify"], "unverified")
  },
  {
    name: "a package.json without a lockfile",
    files: { ...twoWords, "package.json": manifest(build) },
    run: ({ remote, run }) => run(remote, ["--task", "1"]),
    status: "completed",
    code: 0,
    says: [/^verify {3}npm install --no-package-lock · npm run build$/m, /npm run build [\d.]+ s: passed/],
    calls: ["1.1"],
    also: ({ remote }) =>
      assert.notInclude(git(remote, "ls-tree", "--name-only", "main"), "package-lock.json")
  },
  {
    name: "no build script",
    files: { ...twoWords, "package.json": manifest({ scripts: { test: "true" } }) },
    run: ({ remote, run }) => run(remote, ["--task", "1", "--require-verify"]),
    status: "paused held",
    code: 1,
    says: [
      /package\.json has no build script\. Add one/,
      /1 {2}Write a word is held for you: .*verification is required/
    ],
    calls: ["1.1"],
    also: ({ remote }) => assert.deepStrictEqual(deliveredOn(remote, "main"), [])
  },
  {
    name: "a red base",
    files: { ...twoWords, "word.txt": "BAD\n" },
    run: ({ remote, run }) => run(remote, quick),
    status: "paused baseline_broken",
    code: 5,
    says: [/is paused, 0 of 2 tasks done\. sh check\.sh: /, /Go on with: devteam resume /],
    calls: ["1.1"],
    also: async (place) => {
      const { at, call, remote } = place
      write(at("person"), { "word.txt": "a word\n" })
      git(at("person"), "commit", "--quiet", "--all", "--message", "Mend it")
      git(at("person"), "push", "--quiet")
      const resumed = await call(["resume"])
      assert.strictEqual(resumed.code, 0, resumed.stderr)
      assert.deepStrictEqual(place.calls(), both, "what was made for the first task is not made again")
      assert.deepStrictEqual(deliveredOn(remote, "main"), ["1", "2"])
    }
  },
  {
    name: "a default branch that is master",
    arrange: ({ remote }) => {
      git(remote, "branch", "--move", "main", "master")
      git(remote, "symbolic-ref", "HEAD", "refs/heads/master")
    },
    run: ({ remote, run }) => run(remote, quick),
    status: "completed",
    code: 0,
    says: [/push each verified task to master/],
    calls: both,
    also: ({ remote }) => {
      assert.deepStrictEqual(deliveredOn(remote, "master"), ["1", "2"])
      assert.deepStrictEqual(branchesOf(remote), ["master"])
    }
  },
  {
    name: "a clone without an origin",
    arrange: ({ clone }) => void git(clone, "remote", "remove", "origin"),
    run: ({ clone, call, at }) =>
      call([
        "run",
        clone,
        ...quick,
        "--yes",
        "--deliver",
        "local",
        "--agent",
        "command",
        "--",
        at("agent.sh")
      ]),
    status: "completed",
    code: 0,
    says: [/^remote {3}this repository, .*push: none$/m, /Nothing left this machine/],
    calls: both,
    also: ({ clone, remote }) => {
      const [branch = ""] = branchesOf(clone)
      assert.match(branch, /^devteam\//)
      assert.deepStrictEqual(deliveredOn(clone, branch), ["1", "2"])
      assert.deepStrictEqual(branchesOf(remote), ["main"])
    }
  },
  {
    name: "a target that is checked out",
    arrange: ({ at, directory, remote }) => void git(directory, "clone", "--quiet", remote, at("theirs")),
    run: ({ at, clone, run }) => {
      git(clone, "remote", "set-url", "origin", at("theirs"))
      return run(clone, quick)
    },
    status: "none",
    code: 5,
    says: [/push: refused/, /main is checked out in .*theirs.*--deliver branch/],
    calls: [],
    also: async (place) => {
      const { at, clone, run } = place
      const before = workTreeOf(at("theirs"))
      const ended = await run(clone, [...quick, "--deliver", "branch"])
      assert.strictEqual(ended.code, 0, ended.stderr)
      assert.deepStrictEqual(workTreeOf(at("theirs")), before)
      assert.deepStrictEqual(deliveredOn(at("theirs"), "main"), [])
      assert.deepStrictEqual(deliveredOn(at("theirs"), branchesOf(at("theirs"))[0] ?? ""), ["1", "2"])
    }
  },
  {
    name: "a clone in the middle of a merge, with changes of every kind",
    arrange: ({ at, clone }) => {
      write(clone, { "word.txt": "mine\n" })
      git(clone, "commit", "--quiet", "--all", "--message", "Mine")
      write(at("person"), { "word.txt": "theirs\n" })
      git(at("person"), "commit", "--quiet", "--all", "--message", "Theirs")
      git(at("person"), "push", "--quiet")
      assert.throws(() => git(clone, "pull", "--quiet", "--no-rebase"), /./)
      write(clone, { "staged.txt": "staged\n", "untracked.txt": "mine\n", "check.sh": "exit 1\n" })
      git(clone, "add", "staged.txt")
      rmSync(join(clone, "tasks.md"))
      write(clone, { ".before": JSON.stringify(bytesOf(clone)) })
    },
    run: ({ clone, run }) => run(clone, quick),
    status: "completed",
    code: 0,
    says: [/^remote {3}origin /m],
    calls: both,
    also: ({ clone, remote }) => {
      const { ".before": before, ...after } = {
        ...bytesOf(clone),
        ".before": readFileSync(join(clone, ".before"), "utf8")
      }
      assert.deepStrictEqual(after, JSON.parse(before))
      assert.property(after, ".git/MERGE_HEAD")
      assert.deepStrictEqual(deliveredOn(remote, "main"), ["1", "2"])
    }
  },
  {
    name: "an origin whose folder is gone",
    arrange: ({ at, remote }) => renameSync(remote, at("moved.git")),
    run: ({ clone, run }) => run(clone, quick),
    status: "none",
    code: 5,
    says: [
      /The origin of \S+clone is \S+remote\.git, and there is nothing\./,
      /git -C \S+clone remote set-url origin <url>/
    ],
    calls: []
  },
  {
    name: "a remote that was renamed, and redirects",
    run: async ({ directory, run }) => {
      const { intercept, url } = await served(directory)
      intercept((request, response) => {
        response.writeHead(301, { location: `/remote.git${request.url?.replace(/^\/old\.git/, "")}` }).end()
        return true
      })
      return run(`${url}/old.git`, quick)
    },
    status: "none",
    code: 2,
    says: [/\/old\.git redirects elsewhere, and redirects are not followed\. Use the final URL\./],
    calls: []
  },
  {
    name: "a private repository, without a password for it",
    run: async ({ directory, run }) =>
      run(`${(await served(directory, "secret-word")).url}/remote.git`, quick),
    status: "none",
    code: 5,
    says: [
      /wants a user and a password or token, and git's credential helpers know none/,
      /git ls-remote http/
    ],
    calls: []
  }
]

describe("a repository", { timeout: 180_000 }, () => itSays(situations))
