/**
 * Answers without an edit.
 */
import { nothingToDo } from "@devteam/core/prompt/render"
import type { Episode } from "../support/Episode.ts"
import { block, says, times } from "../support/replies.ts"
import { delivered, failed, greeting, oneRound, politeReply } from "../support/sampleProject.ts"

export const noEdit: ReadonlyArray<Episode> = [
  {
    behaviour: "explains what it would do, three times",
    answers: times(3, says("I would replace Hello by Dear.")),
    spent: ["no_edit", "no_edit", "no_edit"],
    ...failed,
    says: ["3 of 3 rounds used up; the last: The model answered, but its answer has no edit"],
    asked: { 2: { has: ["The last run ended without changing any file."] } }
  },
  {
    behaviour: "claims in aider's own words that it is done",
    answers: [
      says(
        "Done!\n\nApplied edit to src/greet.js\nTokens: 1k sent, 20 received.\n",
        `${nothingToDo} is only quoted here\nEverything is polite now.`
      ),
      politeReply
    ],
    spent: ["no_edit"],
    ...delivered
  },
  {
    behaviour: "makes an edit that changes nothing",
    ...oneRound,
    answers: [says(block("src/greet.js", greeting, greeting))],
    spent: ["no_edit"],
    says: ["its answer has no edit that changes a file"]
  },
  {
    behaviour: "says nothing at all, once",
    answers: [says(""), politeReply],
    ...delivered,
    says: ["answer was empty"]
  },
  {
    behaviour: "calls a tool that nobody offered, every time",
    run: { limits: { attempts: 1 } },
    answers: [{ ...says(""), calls: "write_file" }],
    verdicts: ["open"],
    execution: "waits: infrastructure",
    says: ["answer was empty"]
  },
  {
    behaviour: "states that there is nothing to do",
    answers: [says("I looked at it.", `${nothingToDo} it greets well enough`)],
    verdicts: ["held: nothing_to_do"],
    execution: "paused: held",
    says: ["it greets well enough"]
  },
  {
    behaviour: "states that there is nothing to do, with `noChange: accept`: the tick is verified",
    tasks: [["Keep src/other.js as it is"]],
    files: { "check.js": 'require("./src/other.js")\n' },
    run: { noChange: "accept" },
    answers: [says(`${nothingToDo} it is as it was`)],
    ...delivered,
    landed: {},
    says: ["it is as it was"]
  },
  {
    behaviour: "states it wrongly, with `noChange: accept`",
    ...oneRound,
    run: { noChange: "accept", limits: { rounds: 1 } },
    answers: [says(`${nothingToDo} it is polite`)],
    spent: ["red_build"],
    says: ["The agent says that there is nothing to do: it is polite", "The command failed (exit code 1)."]
  }
]
