/** Answers that are no success. */
import type { Problem } from "./api.ts"

/**
 * The server answered with a problem document: `problem.type` is stable and made for programs, `message` says what
 * happened and what to do.
 */
export class ApiError extends Error {
  override readonly name = "ApiError"
  readonly status: number
  readonly problem: Problem
  constructor(problem: Problem) {
    super(problem.detail)
    this.status = problem.status
    this.problem = problem
  }
}

/** What answered does not speak this API: another server, or a proxy on the way. */
export class UnexpectedAnswer extends Error {
  override readonly name = "UnexpectedAnswer"
  readonly status: number
  constructor(operation: string, status: number, mediaType: string) {
    super(`${operation} was answered with ${status} as ${mediaType}. Is that the address of DevTeam Runner?`)
    this.status = status
  }
}
