/**
 * Edits of the shapes that models make: what is right is delivered as it is.
 */
import type { Episode } from "../support/Episode.ts"
import { block, says, wholeFile } from "../support/replies.ts"
import {
  delivered,
  farewell,
  greeting,
  greetTask,
  polite,
  politeBlock,
  politeReply
} from "../support/sampleProject.ts"

const manyLines = Array.from({ length: 6_000 }, (_, n) => `Word number ${n}.\n`).join("")
const crlf = 'exports.first = 1\r\nexports.greet = (name) => "Hello " + name\r\n'
const script = "#!/bin/sh\nif true; then\n    echo Hello\nfi\n"

export const edits: ReadonlyArray<Episode> = [
  {
    behaviour: "edits the file that the task names",
    answers: [politeReply],
    ...delivered,
    says: ["clean"],
    asked: {
      1: {
        has: [
          "*SEARCH/REPLACE block* Rules",
          "Here are summaries of some files present in my git repository.",
          greetTask,
          "node check.js",
          greeting
        ],
        hasNot: ["Nobody has to read this.", "- 1.1"]
      }
    }
  },
  {
    behaviour: "thinks aloud, edits one file, makes another, and talks on",
    answers: [
      says(
        "<think>\nMaybe Hi? No, the task wants Dear.\n</think>\n",
        politeBlock,
        "And the other one:\n",
        block("src/farewell.js", "", farewell),
        "That is all. `src/greet.js` is polite now."
      )
    ],
    ...delivered,
    landed: { "src/greet.js": polite, "src/farewell.js": farewell }
  },
  {
    behaviour: "writes whole files, where that is the model's own format",
    run: { model: "openai/gpt-4o-mini" },
    answers: [says(wholeFile("src/greet.js", polite))],
    ...delivered,
    asked: { 1: { has: ["*file listing*"], hasNot: ["SEARCH/REPLACE"] } }
  },
  {
    behaviour: "writes unified diffs, where that is the model's own format",
    run: { model: "gpt-4-turbo" },
    answers: [
      says(`\`\`\`diff\n--- src/greet.js\n+++ src/greet.js\n@@ ... @@\n-${greeting}+${polite}\`\`\`\n`)
    ],
    ...delivered,
    asked: { 1: { has: ["unified diffs"], hasNot: ["SEARCH/REPLACE"] } }
  },
  {
    behaviour: "renames a file: aider cannot empty the old one, so that a stub stays",
    tasks: [["Rename src/other.js to src/another.js"]],
    files: { "check.js": 'require("./src/other.js")\n' },
    answers: [
      says(
        block("src/another.js", "", "exports.other = () => 1\n"),
        block("src/other.js", "exports.other = () => 1\n", "")
      ),
      says(block("src/other.js", "exports.other = () => 1\n", 'module.exports = require("./another.js")\n'))
    ],
    ...delivered,
    landed: {
      "src/another.js": "exports.other = () => 1\n",
      "src/other.js": 'module.exports = require("./another.js")\n'
    },
    asked: { 2: { has: ["1 SEARCH/REPLACE block failed to match!"] } }
  },
  {
    behaviour: "edits a file with CRLF and an odd name, and an executable with other indentation",
    tasks: [["Greet politely in `src/Grüße & more.js` and `run.sh`"]],
    files: { "src/Grüße & more.js": crlf, "run.sh": script, "check.js": "" },
    executable: ["run.sh"],
    run: { verify: [["./run.sh"]] },
    answers: [
      says(block("src/Grüße & more.js", greeting, polite), block("run.sh", "echo Hello\n", "echo Dear\n"))
    ],
    ...delivered,
    landed: {
      "src/Grüße & more.js": crlf.replace("Hello", "Dear"),
      "run.sh": script.replace("Hello", "Dear")
    }
  },
  {
    behaviour: "makes a file of 6,000 lines in a new folder",
    tasks: [["Write `docs/usage/all words.md`"]],
    files: { "check.js": "" },
    answers: [says(block("docs/usage/all words.md", "", manyLines))],
    ...delivered,
    landed: { "docs/usage/all words.md": manyLines }
  },
  {
    behaviour: "asks for a file that it was not given: it gets it",
    tasks: [["Let other return 2"]],
    files: { "check.js": "", "src/other.js": "// Not in the map.\nexports.other = () => 1\n" },
    answers: [
      says("To do that I need to see the file src/other.js. Please add it to the chat."),
      says(block("src/other.js", "exports.other = () => 1\n", "exports.other = () => 2\n"))
    ],
    ...delivered,
    landed: { "src/other.js": "// Not in the map.\nexports.other = () => 2\n" },
    asked: { 1: { hasNot: ["Not in the map."] }, 2: { has: ["Not in the map."] } }
  }
]
