/** Why watching cannot go on: the server refused, and would refuse again. */

/** `code` is the close code: 4400 not understood, 4401 no valid token, 4403 not allowed. */
export class WatchError extends Error {
  override readonly name = "WatchError"
  readonly code: number
  constructor(code: number, reason: string) {
    super(`The server closed the connection with ${code}: ${reason === "" ? "no reason given" : reason}`)
    this.code = code
  }
}

const final: ReadonlySet<number> = new Set([4400, 4401, 4403])

/** Whether connecting again would end the same way. */
export const isFinal = (code: number): boolean => final.has(code)
