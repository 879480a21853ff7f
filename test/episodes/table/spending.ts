/**
 * Money: what was spent, and what ends when it is.
 */
import type { Episode } from "../support/Episode.ts"
import { block, says } from "../support/replies.ts"
import { farewellTask, greetBy, greeting, greetTask, polite, politeReply } from "../support/sampleProject.ts"

export const spending: ReadonlyArray<Episode> = [
  {
    behaviour: "spends what a task may cost, and is red",
    run: { limits: { taskCostUsd: 1 } },
    answers: [{ ...says(block("src/greet.js", greeting, greetBy("Deer"))), counted: 300 }],
    paid: 300,
    verdicts: ["failed: max_cost"],
    spent: ["red_build"],
    execution: "error: tasks_failed",
    says: ["$1.05 spent of $1.00 for this task."]
  },
  {
    behaviour: "spends what the whole execution may cost",
    tasks: [[greetTask], [farewellTask]],
    run: { limits: { executionCostUsd: 1 } },
    answers: [{ ...politeReply, counted: 300 }],
    paid: 300,
    verdicts: ["completed", "open"],
    execution: "paused: max_cost",
    landed: { "src/greet.js": polite },
    says: ["$1.05 of $1.00 spent; resume allows another $1.00."]
  }
]
