/**
 * Edits that aider cannot take.
 */
import type { Episode } from "../support/Episode.ts"
import { block, says, times, wholeFile } from "../support/replies.ts"
import {
  delivered,
  failed,
  greeting,
  oneRound,
  polite,
  politeBlock,
  politeReply
} from "../support/sampleProject.ts"

const misfit = says(block("src/greet.js", "exports.salute = () => 1\nexports.x = 2\n", "x\n"))

export const format: ReadonlyArray<Episode> = [
  {
    behaviour: "searches for lines that are not there; aider asks again in the same round",
    answers: [misfit, politeReply],
    ...delivered,
    asked: { 2: { has: ["failed to match"] } }
  },
  {
    behaviour: "searches for lines that are not there, in three rounds",
    answers: times(12, misfit),
    spent: ["malformed_edit", "malformed_edit", "malformed_edit"],
    ...failed,
    says: ["3 of 3 rounds used up", "did not keep to the edit format"]
  },
  {
    behaviour: "makes one edit right and another four times wrong: the half is not taken",
    answers: [says(politeBlock, misfit.text), ...times(3, misfit), politeReply],
    spent: ["malformed_edit"],
    ...delivered,
    says: ["Some of the model's edits were made"],
    asked: { 5: { has: ["What happened before (this is round 2)", greeting] } }
  },
  {
    behaviour: "leaves the file's name out and does not close its edit; aider asks again",
    answers: [
      says(politeBlock.replace("src/greet.js\n", "")),
      says(politeBlock.replace(/>>>>>>> REPLACE[^]*/, "")),
      politeReply
    ],
    ...delivered
  },
  {
    behaviour: "answers with the whole file where a diff is asked for",
    ...oneRound,
    answers: [says(wholeFile("src/greet.js", polite))],
    spent: ["no_edit"],
    says: ["no edit that changes a file"]
  },
  {
    behaviour: "is cut off at its output limit",
    answers: [{ ...says(politeBlock.slice(0, 60)), finish: "length" }, politeReply],
    spent: ["agent_failed"],
    ...delivered,
    // Aider does not say what such an answer cost.
    paid: 1,
    says: ["cut off at its output limit"]
  }
]
