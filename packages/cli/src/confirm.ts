/**
 * Yes or no, where a command is about to do something that the person may not have meant.
 */
import { Effect } from "effect"
import type { Ask } from "./terminal/ask.ts"
import { Invocation } from "./Invocation.ts"

/** Asks `question`; only `y` and `yes` mean yes. `otherwise` is said when it is no, also when that is by Ctrl-C. */
export const confirm = Effect.fnUntraced(function* (ask: Ask, question: string, otherwise: string) {
  const { output } = yield* Invocation
  const answer = yield* Effect.onInterrupt(ask(`${question} [y/N] `), () =>
    Effect.sync(() => output.say(`\n${otherwise}`))
  )
  // Ctrl-D leaves the cursor behind the question.
  if (answer === undefined) output.say("")
  const yes = /^y(es)?$/i.test((answer ?? "").trim())
  if (!yes) output.say(otherwise)
  return yes
})
