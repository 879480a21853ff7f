/**
 * Agents as they behave: what becomes of each odd change, and what people can then decide.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { commitsOf, fileAt, git } from "../support/bareRemote.ts"
import type { Ended } from "../support/devteamCommand.ts"
import {
  deliveredOn,
  type Files,
  makePlace,
  outcomesOf,
  type Place,
  quick,
  removePlaces,
  statusOf,
  twoWords,
  write
} from "./support/place.ts"

afterAll(removePlaces)

/** One task of a list whose agent does `does` for it. */
interface Behaviour {
  readonly task: string
  readonly does: string
  readonly outcome: string
  /** What the run says of it. */
  readonly says: ReadonlyArray<RegExp>
  /** What its commit changes beside the list; undefined where there is none. */
  readonly files?: ReadonlyArray<string>
  readonly also?: (place: Place) => void
}

const setBuild = (command: string) =>
  `node -e 'const fs = require("fs"); const m = JSON.parse(fs.readFileSync("package.json")); m.scripts.build = "${command}"; fs.writeFileSync("package.json", JSON.stringify(m, null, 2))'`

const addDependency = `node -e 'const fs = require("fs"); const m = JSON.parse(fs.readFileSync("package.json")); m.dependencies = { one: "file:./one" }; fs.writeFileSync("package.json", JSON.stringify(m, null, 2))'`

const behaviours: ReadonlyArray<Behaviour> = [
  {
    task: "Edit nothing",
    does: "echo 'I have thought about it.'",
    outcome: "failed rounds_used_up",
    says: [/round 3 {2}The agent ended well, but changed no file\./, /✗ 1 {2}Edit nothing: /]
  },
  {
    task: "Do what is done",
    does: "echo 'DEVTEAM: NOTHING-TO-DO the word is there'",
    outcome: "held nothing_to_do",
    says: [/! 2 {2}Do what is done is held for you: .*nothing to do: the word is there/]
  },
  {
    task: "Tick everything",
    does: `sed -i 's/- \\[ \\]/- [x]/' tasks.md; echo word > word-3.txt`,
    outcome: "completed",
    says: [/The agent edited tasks\.md; that was undone\./],
    files: ["word-3.txt"]
  },
  {
    task: "Change the pipeline",
    does: `mkdir -p .github/workflows; echo "on: push" > .github/workflows/ci.yml; echo word > word-4.txt`,
    outcome: "held policy",
    says: [
      /! 4 .*touches continuous integration, and the task does not name the file: \.github\/workflows\/ci\.yml/
    ]
  },
  {
    task: "Make the build green",
    does: setBuild("true"),
    outcome: "held policy",
    says: [/! 5 .*alters scripts that verification runs, and the task does not name package\.json: build\b/]
  },
  {
    task: "Use the package",
    does: addDependency,
    outcome: "completed",
    says: [/The lockfile was brought in line with package\.json \(npm install --package-lock-only /],
    files: ["package-lock.json", "package.json"],
    also: ({ remote }) => assert.match(fileAt(remote, "main", "package-lock.json"), /"one": "file:\.\/one"/)
  },
  {
    task: "Commit it as well",
    does: `echo one > word-7.txt; git add -A
git -c user.name=Agent -c user.email=agent@example.com commit -q -m "By the agent" -m "DevTeam-Task: 1"
echo two >> word-7.txt`,
    outcome: "completed",
    says: [/✓ 7 {2}Commit it as well/],
    files: ["word-7.txt"],
    also: ({ remote }) => {
      assert.strictEqual(fileAt(remote, "main", "word-7.txt"), "one\ntwo\n")
      assert.notInclude(git(remote, "log", "--format=%an %B", "main"), "gent@example.com")
      assert.notInclude(git(remote, "log", "--format=%an %B", "main"), "By the agent")
    }
  },
  {
    task: "Write everywhere",
    does: `echo far > "$here/outside.txt"; echo near > ../outside.txt; echo word > word-8.txt`,
    outcome: "completed",
    says: [/agent changed 1 file/],
    files: ["word-8.txt"],
    also: ({ at, remote }) => {
      assert.isTrue(existsSync(at("outside.txt")), "the local sandbox keeps nobody from it")
      assert.notInclude(git(remote, "ls-tree", "-r", "--name-only", "main"), "outside.txt")
    }
  },
  {
    task: "Keep a copy",
    does: `if [ -e "$here/better" ]; then echo word > word-9.txt; exit; fi
git init -q copy; echo x > copy/x; git -C copy add x
git -C copy -c user.name=Agent -c user.email=agent@example.com commit -q -m x`,
    outcome: "held policy",
    says: [/! 9 .*adds a repository inside the repository: copy/]
  },
  {
    task: "Point elsewhere",
    does: "ln -s ../../../etc/passwd users.txt; echo word > word-10.txt",
    outcome: "held policy",
    says: [/! 10 .*adds a symbolic link that leaves the repository: users\.txt/]
  }
]

const idOf = (behaviour: Behaviour): string => String(behaviours.indexOf(behaviour) + 1)

const project: Files = {
  "package.json": JSON.stringify({
    name: "words",
    version: "1.0.0",
    private: true,
    scripts: { build: "node build.js" }
  }),
  "package-lock.json": JSON.stringify({
    name: "words",
    version: "1.0.0",
    lockfileVersion: 3,
    requires: true,
    packages: { "": { name: "words", version: "1.0.0" } }
  }),
  "build.js": `require("fs").readdirSync(".").filter((name) => name.endsWith(".txt"))\n`,
  "one/package.json": JSON.stringify({ name: "one", version: "1.0.0" }),
  ".gitignore": "node_modules\n",
  "tasks.md": behaviours.map((behaviour) => `- [ ] ${idOf(behaviour)} ${behaviour.task}\n`).join("")
}

const script = `case "$DEVTEAM_TASK_ID" in
${behaviours.map((behaviour) => `${idOf(behaviour)})\n${behaviour.does}\n;;`).join("\n")}
esac`

describe("an agent", { timeout: 240_000 }, () => {
  let place: Place
  let ended: Ended
  beforeAll(async () => {
    place = makePlace(project, script)
    ended = await place.run(place.clone, ["--verify", "npm run build", "--project", "acme/words"])
  }, 240_000)

  const commitOf = (id: string) =>
    commitsOf(place.remote, "main").filter(({ trailers }) => trailers["DevTeam-Task"] === id)

  const listed = (): ReadonlyArray<string> =>
    [...fileAt(place.remote, "main", "tasks.md").matchAll(/^- \[x\] (\d+) /gm)].map(([, id = ""]) => id)

  it("that does all of this leaves a paused run, exit code 1, and one commit for each task that is done", () => {
    assert.strictEqual(ended.code, 1, ended.stderr)
    assert.strictEqual(statusOf(place), "paused held")
    const done = behaviours.filter(({ outcome }) => outcome === "completed").map(idOf)
    assert.deepStrictEqual(deliveredOn(place.remote, "main"), done)
    assert.lengthOf(commitsOf(place.remote, "main"), done.length + 1)
    assert.deepStrictEqual(listed(), done)
    assert.deepStrictEqual(
      place.calls().filter((call) => !call.endsWith(".1")),
      ["1.2", "1.3"]
    )
  })

  for (const behaviour of behaviours) {
    const { task, outcome, says, files, also } = behaviour
    it(`${task.toLowerCase()}: ${outcome}`, () => {
      const id = idOf(behaviour)
      assert.strictEqual(outcomesOf(place)[id], outcome)
      for (const words of says) assert.match(ended.stderr, words)
      const commits = commitOf(id)
      assert.lengthOf(commits, files === undefined ? 0 : 1)
      for (const { sha } of commits) {
        const changed = git(place.remote, "show", "--format=", "--name-only", sha).trim().split("\n")
        assert.deepStrictEqual(changed.toSorted(), [...(files ?? []), "tasks.md"].toSorted())
      }
      also?.(place)
    })
  }

  describe("and then a person", () => {
    const decide = (...words: ReadonlyArray<string>) => place.call([...words, "acme/words"])

    it("ticks as it is what the agent found done", async () => {
      const decided = await decide("tasks", "done", "2")
      assert.strictEqual(decided.code, 1, decided.stderr)
      assert.match(decided.stderr, /→ 2 {2}Do what is done \(its tick alone, as you decided\)/)
      assert.lengthOf(commitOf("2"), 1)
      assert.strictEqual(
        git(place.remote, "show", "--format=", "--name-only", commitOf("2")[0]?.sha ?? "").trim(),
        "tasks.md"
      )
    })

    it("has a held change delivered on a target that moved, built again there", async () => {
      git(place.at("person"), "pull", "--quiet")
      write(place.at("person"), { "README.md": "Theirs.\n" })
      git(place.at("person"), "add", "--all")
      git(place.at("person"), "commit", "--quiet", "--message", "Theirs")
      git(place.at("person"), "push", "--quiet")
      const decided = await decide("tasks", "accept", "4")
      assert.strictEqual(decided.code, 1, decided.stderr)
      assert.match(
        decided.stderr,
        /→ 4 .*its kept change, as you decided\)\n[^]*npm run build [\d.]+ s: passed/
      )
      assert.strictEqual(fileAt(place.remote, "main", ".github/workflows/ci.yml"), "on: push\n")
      assert.strictEqual(fileAt(place.remote, "main", "README.md"), "Theirs.\n")
    })

    it("has one made again, and leaves the others", async () => {
      writeFileSync(place.at("better"), "")
      const again = await decide("tasks", "reopen", "9")
      assert.strictEqual(again.code, 1, again.stderr)
      assert.strictEqual(outcomesOf(place)["9"], "completed")
      assert.lengthOf(
        place.calls().filter((call) => call === "9.1"),
        2
      )
      assert.strictEqual((await decide("tasks", "skip", "5")).code, 1)
      const last = await decide("tasks", "skip", "10")
      assert.strictEqual(last.code, 1, last.stderr)
      assert.strictEqual(
        statusOf(place),
        "error tasks_failed",
        "the first task has failed, and nothing is held any more"
      )
      assert.deepStrictEqual(listed(), ["2", "3", "4", "6", "7", "8", "9"])
    })

    it("takes a task back: its commit backwards, and the task open again", async () => {
      const undone = await decide("undo", "3")
      assert.strictEqual(undone.code, 0, undone.stderr)
      assert.match(undone.stderr, /acme\/words is completed: 3 taken back\./)
      assert.notInclude(git(place.remote, "ls-tree", "--name-only", "main"), "word-3.txt")
      assert.notInclude(listed(), "3")
      const again = await place.run(place.clone, [
        "--verify",
        "npm run build",
        "--project",
        "acme/words",
        "--task",
        "3"
      ])
      assert.strictEqual(again.code, 0, again.stderr)
      assert.include(listed(), "3")
      assert.lengthOf(
        place.calls().filter((call) => call === "3.1"),
        2
      )
    })
  })
})

describe("an agent that says that there is nothing to do", { timeout: 120_000 }, () => {
  it("is believed where the person said so beforehand: the tick alone, verified like any other change", async () => {
    const place = makePlace(twoWords, `echo "DEVTEAM: NOTHING-TO-DO it is there"`)
    const ended = await place.run(place.remote, [...quick, "--no-change", "accept", "--task", "1"])
    assert.strictEqual(ended.code, 0, ended.stderr)
    assert.strictEqual(statusOf(place), "completed")
    assert.match(
      ended.stderr,
      /the agent found nothing to do\n.*it is there[^]*sh check\.sh [\d.]+ s: passed/
    )
    assert.strictEqual(git(place.remote, "show", "--format=", "--name-only", "main").trim(), "tasks.md")
  })

  it("has it accepted by a person afterwards", async () => {
    const place = makePlace(twoWords, `echo "DEVTEAM: NOTHING-TO-DO it is there"`)
    const ended = await place.run(place.remote, [...quick, "--task", "1"])
    assert.strictEqual(ended.code, 1, ended.stderr)
    const accepted = await place.call(["tasks", "accept", "1"])
    assert.strictEqual(accepted.code, 0, accepted.stderr)
    assert.deepStrictEqual(deliveredOn(place.remote, "main"), ["1"])
    assert.deepStrictEqual(place.calls(), ["1.1"])
    assert.include(readFileSync(place.at("prompt-1.md"), "utf8"), "DEVTEAM: NOTHING-TO-DO")
  })
})
