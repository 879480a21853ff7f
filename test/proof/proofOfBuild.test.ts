/**
 * What is pushed is what was built, in a checkout that nobody had worked in: everything that an agent or a build
 * leaves beside that does not count, or is held.
 *
 * One list, one execution, an agent that misbehaves in another way in each task.
 */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { eventsOf, newestIn, type Recorded } from "../push/support/journal.ts"
import { independentTasks, makeWorld, type WorkerEnd, type World } from "../push/support/world.ts"
import { findViolations } from "../support/invariants.ts"
import { gitIn, type RemoteCommit, remoteCommits } from "../support/remoteCommits.ts"

const build = `const fs = require("node:fs")
for (const file of fs.readdirSync(".")) if (file.endsWith(".feature.js")) require("./" + file)
`

const agent = `case $DEVTEAM_TASK_ID in
1.1)
  if [ "$DEVTEAM_ROUND" = 1 ]; then
    echo 'module.exports = 1' > generated.js
    echo 'require("./generated.js")' > leftover.feature.js
  else
    echo 'module.exports = 1' > leftover.feature.js
  fi
  node build.js
  echo "round $DEVTEAM_ROUND: $?" >> "$(dirname "$0")/own-builds"
  ;;
1.2) echo 'require("node:fs").writeFileSync("version.txt", "built")' > stamp.feature.js ;;
1.3)
  sed -i 's/^- 1.7/- [x] 1.7/' tasks.md
  echo '- 9.9 Mine (Dependencies: [])' >> tasks.md
  echo done > listed.txt
  ;;
1.4)
  echo one > committed.txt
  git add -A && git -c user.name=Agent -c user.email=agent@example.com commit -qm 'By the agent'
  echo two > afterwards.txt
  ;;
1.5)
  git init -q vendor/dependency
  echo nested > vendor/dependency/nested.txt
  echo beside-nested > beside-nested.txt
  ;;
1.6)
  ln -s /etc/hostname outside.txt
  echo beside-link > beside-link.txt
  ;;
1.7) echo ordinary > ordinary.txt ;;
esac`

const files = {
  "tasks.md": independentTasks(7),
  "package.json": JSON.stringify({ name: "shop", version: "1.0.0", scripts: { build: "node build.js" } }),
  "package-lock.json": JSON.stringify({
    name: "shop",
    version: "1.0.0",
    lockfileVersion: 3,
    packages: { "": { name: "shop", version: "1.0.0" } }
  }),
  "build.js": build,
  "version.txt": "1\n",
  ".gitignore": "node_modules\ngenerated.js\n"
}

let world: World
let end: WorkerEnd
let recorded: Recorded
let commits: ReadonlyArray<RemoteCommit>

beforeAll(async () => {
  world = await makeWorld({ files, agent })
  end = await world.work().ended
  await world.quiet()
  recorded = newestIn(world.dataDirectory())
  commits = remoteCommits(world.bare, "main")
}, 180_000)

afterAll(() => world.close())

const commitOf = (task: string): RemoteCommit => {
  const found = commits.filter((commit) => commit.task === task)
  const [only] = found
  if (only === undefined || found.length > 1) throw new Error(`${found.length} commits of ${task}`)
  return only
}

const filesOf = (task: string): ReadonlyArray<string> =>
  gitIn(world.bare, ["diff-tree", "-r", "--no-commit-id", "--name-only", commitOf(task).sha]).split("\n")

const outcomeOf = (task: string) => recorded.state.outcomes.find(({ taskId }) => taskId === task)

const warningsOf = (task: string): ReadonlyArray<string> => {
  const lists: Array<string> = []
  let current = ""
  for (const event of recorded.events) {
    if (event._tag === "TaskSelected") current = event.task.id
    if (current !== task) continue
    if (event._tag === "CandidatePrepared") lists.push(...event.warnings)
    if (event._tag === "Verified") lists.push(...event.verdict.warnings)
  }
  return lists
}

describe("what is pushed", () => {
  it("is what was verified, in every task", () => {
    assert.strictEqual(end.status, "paused", end.log)
    assert.strictEqual(recorded.state.pause?.reason, "held")
    const delivered = commits.flatMap(({ task }) => (task === undefined ? [] : [task]))
    assert.deepStrictEqual([...delivered].sort(), ["1.1", "1.2", "1.3", "1.4", "1.7"])
    assert.deepStrictEqual(
      findViolations({ dataDirectories: [world.dataDirectory()], remote: world.bare }),
      []
    )
  })
})

describe("an ignored leftover of the agent", () => {
  it("control: makes the build in the agent's own checkout green", () => {
    assert.strictEqual(readFileSync(join(world.root, "own-builds"), "utf8"), "round 1: 0\nround 2: 0\n")
  })

  it("does not make the verification green: the round is spent, and the next one mends it", () => {
    assert.strictEqual(outcomeOf("1.1")?.rounds, 2)
    const [spent] = eventsOf(recorded, "RoundSpent")
    assert.strictEqual(spent?.reason, "red_build")
    assert.deepStrictEqual(filesOf("1.1"), ["leftover.feature.js", "tasks.md"])
  })
})

describe("a build that changes tracked files", () => {
  it("has that dropped, and said", () => {
    assert.strictEqual(gitIn(world.bare, ["show", "main:version.txt"]), "1")
    assert.deepStrictEqual(filesOf("1.2"), ["stamp.feature.js", "tasks.md"])
    assert.isTrue(
      warningsOf("1.2").some(
        (text) => text.includes("changed tracked files") && text.includes("version.txt")
      ),
      JSON.stringify(warningsOf("1.2"))
    )
  })
})

describe("an agent that edits the list", () => {
  it("has that undone, and said; only the tick of its own task is delivered", () => {
    const { sha } = commitOf("1.3")
    const changed = gitIn(world.bare, ["show", "--format=", "--unified=0", sha, "--", "tasks.md"])
      .split("\n")
      .filter((text) => /^[+-]/.test(text) && !/^(\+\+\+|---) /.test(text))
    assert.deepStrictEqual(changed, [
      "-- 1.3 Change number 3 (Dependencies: [])",
      "+- [x] 1.3 Change number 3 (Dependencies: [])"
    ])
    assert.deepStrictEqual(
      warningsOf("1.3").filter((text) => text.includes("tasks.md")),
      ["The agent edited tasks.md; that was undone."]
    )
  })
})

describe("an agent that commits by itself", () => {
  it("has its whole change delivered as the one commit of its task", () => {
    assert.deepStrictEqual(filesOf("1.4"), ["afterwards.txt", "committed.txt", "tasks.md"])
    assert.isFalse(commits.some(({ subject }) => subject === "By the agent"))
  })
})

describe("an agent that leaves a nested repository, or a link out of the tree", () => {
  it("has its change held", () => {
    for (const task of ["1.5", "1.6"]) {
      assert.deepStrictEqual([outcomeOf(task)?.outcome, outcomeOf(task)?.reason], ["held", "policy"], task)
    }
  })

  it("has nothing of it pushed: not even an object of it is there", () => {
    const isThere = (content: string): boolean => {
      const object = gitIn(world.bare, ["hash-object", "--stdin"], content)
      return gitIn(world.bare, ["cat-file", "--batch-check"], object) === `${object} blob ${content.length}`
    }
    assert.isTrue(isThere("ordinary\n"))
    for (const content of ["nested\n", "beside-nested\n", "/etc/hostname", "beside-link\n"]) {
      assert.isFalse(isThere(content), content)
    }
  })
})
