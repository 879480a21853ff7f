/**
 * What the failure of a model call means for the run: whose fault it is, and whether waiting helps.
 */
import type { AgentOutcome } from "@devteam/core/ports/CodingAgent"
import type { Failure } from "./facts.ts"

const said = ({ name, status, message }: Failure): string => {
  const text = message
    .replace(/^(litellm\.)?(\w+: )+/, "")
    .replace(/\s+/g, " ")
    .slice(0, 600)
  return `${status === undefined ? name : `${name}, HTTP ${status}`}: ${text}`
}

const permanent = (message: string): AgentOutcome => ({ _tag: "Failed", message, permanent: true })

/** By name where the failure is only known as it was printed, without its status. */
const statusOf = ({ name, status, message }: Failure): number | undefined => {
  if (/"code": ?402|insufficient credits|insufficient balance/i.test(message)) return 402
  if (name === "RateLimitError" || name === "BudgetExceededError") return 429
  if (name === "AuthenticationError") return 401
  if (name === "PermissionDeniedError") return 403
  if (name === "NotFoundError") return 404
  if (name === "BadRequestError" || name === "UnsupportedParamsError") return 400
  if (name === "UnprocessableEntityError") return 422
  if (name === "Timeout") return 408
  return status
}

/** The verdict on a run whose last call failed. */
export const judgeFailure = (failure: Failure): AgentOutcome => {
  const words = said(failure)
  if (failure.name === "ContextWindowExceededError") {
    return permanent(
      `The task does not fit into the model's context. ${words} Use a model with a larger one, or make the task smaller.`
    )
  }
  if (failure.name === "ContentPolicyViolationError") {
    return { _tag: "Failed", message: `The provider refused the task's content. ${words}`, permanent: false }
  }
  const status = statusOf(failure)
  switch (status) {
    case 401:
    case 403:
      return permanent(`The provider does not accept the key. ${words} Check the key and what it may use.`)
    case 402:
      return {
        _tag: "Quota",
        message: `The provider's account has no credit left. ${words} Add credit.`,
        untilMs: failure.retryAtMs
      }
    case 404:
      return permanent(
        `The provider does not know the model. ${words} Check the model's name and the API base.`
      )
    case 429:
      return {
        _tag: "Quota",
        message: `The provider limits the rate or the quota is used up. ${words}`,
        untilMs: failure.retryAtMs
      }
    case 400:
    case 422:
      return permanent(
        `The provider cannot take the request. ${words} Check the model's name and the agent's arguments.`
      )
    default:
      return { _tag: "NoWork", message: `The model could not be reached. ${words}` }
  }
}
