/**
 * What verification says of the change, and what the next round is told.
 */
import { nothingToDo } from "@devteam/core/prompt/render"
import type { Episode } from "../support/Episode.ts"
import { block, says } from "../support/replies.ts"
import {
  checkHead,
  delivered,
  failed,
  farewell,
  farewellReply,
  farewellTask,
  greetBy,
  greeting,
  greetTask,
  polite,
  politeBlock,
  politeReply
} from "../support/sampleProject.ts"

const from = (before: string, after: string) => says(block("src/greet.js", greetBy(before), greetBy(after)))

/** Red at the first look at a ticked list, green at every later one. */
const flakyCheck = `${checkHead}
const mark = "{{directory}}/data/looked"
if (done("1.1") && !fs.existsSync(mark)) {
  fs.writeFileSync(mark, "")
  console.error("Error: the port was taken")
  process.exit(1)
}
`
const broken = "exports.other = () => 2\n"
const mended = "exports.other = () => 1\n"

export const builds: ReadonlyArray<Episode> = [
  {
    behaviour: "edits the wrong file",
    answers: [says(block("src/hello.js", "", polite)), says(politeBlock)],
    spent: ["red_build"],
    ...delivered,
    landed: { "src/greet.js": polite, "src/hello.js": polite },
    says: ["node check.js: The command failed (exit code 1).", "regressed"]
  },
  {
    behaviour: "is red, then green: the second prompt has the log, and starts from the first change",
    answers: [from("Hello", "Deer"), from("Deer", "Dear")],
    spent: ["red_build"],
    ...delivered,
    says: ["regressed", "clean"],
    asked: {
      2: {
        has: [
          "What happened before (this is round 2)",
          "The change so far is in the working directory, but its verification failed.",
          "Expected values to be strictly equal",
          greetBy("Deer")
        ],
        hasNot: [greeting]
      }
    }
  },
  {
    behaviour: "is red three times, for another reason each time",
    answers: [
      from("Hello", "Deer"),
      says(block("src/greet.js", greetBy("Deer"), "exports.greet = (name =>\n")),
      says(block("src/greet.js", "exports.greet = (name =>\n", "exports.hello = 1\n"))
    ],
    spent: ["red_build", "red_build", "red_build"],
    ...failed,
    says: ["3 of 3 rounds used up; the last: node check.js: The command failed (exit code 1)."],
    asked: {
      2: { has: ["Expected values to be strictly equal"] },
      3: { has: ["SyntaxError"], hasNot: ["Expected values to be strictly equal"] }
    }
  },
  {
    behaviour: "is right, the build is flaky, and the model stands by its change: it is built again",
    files: { "check.js": flakyCheck },
    answers: [politeReply, says(`${nothingToDo} the failure is not about the change`)],
    spent: ["red_build"],
    ...delivered,
    says: ["The agent left its change as it was: the failure is not about the change"]
  },
  {
    behaviour: "stands by a change that is red",
    run: { limits: { rounds: 2 } },
    answers: [from("Hello", "Deer"), says(`${nothingToDo} the failure is not about the change`)],
    spent: ["red_build", "red_build"],
    ...failed,
    says: ["The agent left its change as it was", "2 of 2 rounds used up"]
  },
  {
    behaviour: "writes a loop that never ends",
    waits: true,
    run: { limits: { buildMs: 10_000 } },
    answers: [
      says(block("src/greet.js", greeting, `while (true);\n${greeting}`)),
      says(block("src/greet.js", `while (true);\n${greeting}`, polite))
    ],
    spent: ["build_timeout"],
    ...delivered,
    says: ["did not end in time"],
    asked: { 2: { has: ["its verification did not end in time"] } }
  },
  {
    behaviour: "mends a build that was red before",
    tasks: [["Let other in src/other.js return 1 again"]],
    files: {
      "src/other.js": broken,
      "check.js": 'require("assert")(require("./src/other.js").other() === 1)\n'
    },
    answers: [says(block("src/other.js", broken, mended))],
    ...delivered,
    landed: { "src/other.js": mended }
  },
  {
    behaviour: "does its task where the build was red before, and stays so",
    tasks: [[greetTask], [farewellTask]],
    files: { "src/other.js": broken },
    answers: [politeReply],
    verdicts: ["open", "open"],
    execution: "paused: baseline_broken",
    says: ["node check.js: The command failed (exit code 1)."]
  },
  {
    behaviour: "fails at a task: what depends on it is blocked, what does not is done",
    tasks: [[greetTask], [farewellTask], ["Greet politely in French", "1.1"]],
    run: { limits: { rounds: 1 } },
    answers: [from("Hello", "Deer"), farewellReply],
    verdicts: ["failed: rounds_used_up", "completed", "open"],
    spent: ["red_build"],
    execution: "error: tasks_failed",
    says: ["Blocked: 1.3 (by 1.1)."],
    landed: { "src/farewell.js": farewell }
  }
]
