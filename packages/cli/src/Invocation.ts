/**
 * One call of the command: where it was made, what stands behind `--`, and where its output goes.
 */
import { Context } from "effect"
import type { Ask } from "./terminal/ask.ts"
import type { SecretBook } from "./terminal/SecretBook.ts"
import type { Signals } from "./terminal/signals.ts"
import type { Output } from "./terminal/Output.ts"

/** See above. */
export interface InvocationShape {
  /** Absolute. */
  readonly cwd: string
  readonly environment: Readonly<Record<string, string | undefined>>
  /** The words behind `--`; undefined when there was none. */
  readonly trailing: ReadonlyArray<string> | undefined
  readonly output: Output
  readonly secrets: SecretBook
  readonly signals: Signals
  /** Asks the person a question and answers their line; undefined where there is no terminal to ask on. */
  readonly ask: Ask | undefined
}

/** See {@link InvocationShape}. */
export class Invocation extends Context.Service<Invocation, InvocationShape>()("@devteam/cli/Invocation") {}
