/**
 * Whether the person wants the plan to be carried out: asked on a terminal, else said beforehand.
 */
import { Effect } from "effect"
import { confirm } from "../confirm.ts"
import { ExitWith, exitCodes } from "../ExitWith.ts"
import { Invocation } from "../Invocation.ts"
import type { RunOptions } from "./options.ts"
import type { RunPlan } from "./plan.ts"

const nothing = "Nothing was started."

/** What has to be added to the words; undefined where nothing is missing. */
const missingWords = ({ yes, deliver }: RunOptions, { settings }: RunPlan): string | undefined => {
  const words = [
    ...(yes ? [] : ["--yes"]),
    ...(deliver === undefined ? [`--deliver ${settings.delivery}`] : [])
  ]
  return words.length === 0 ? undefined : words.join(" ")
}

/** True when it is to be started. Ends with 2 where nobody can be asked and the words do not say it. */
export const askToStart = Effect.fnUntraced(function* (
  options: RunOptions,
  plan: RunPlan,
  lines: ReadonlyArray<string>
) {
  const { ask, output } = yield* Invocation
  if (ask !== undefined) {
    lines.forEach(output.say)
    if (options.yes) return true
    if (plan.order.tasks.length === 0 && plan.order.blocked.length === 0) {
      output.say(`There is nothing to do. ${nothing}`)
      return false
    }
    return yield* confirm(ask, "Start?", nothing)
  }
  const missing = missingWords(options, plan)
  if (missing === undefined) {
    lines.forEach(output.say)
    return true
  }
  lines.forEach(options.json ? output.say : output.data)
  return yield* new ExitWith({
    code: exitCodes.usage,
    message: `${nothing} There is no terminal to ask on, so say it beforehand. If this plan is right, add: ${missing}`
  })
})
