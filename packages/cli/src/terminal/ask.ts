/**
 * A question on the terminal, with one line as its answer.
 *
 * The line is read as the terminal gives it, so that Ctrl-C is a signal as anywhere else.
 */
import type { ReadStream, WriteStream } from "node:tty"
import { createInterface } from "node:readline"
import { Effect } from "effect"

/** Answers the line without its end; undefined when the input ended. */
export type Ask = (question: string) => Effect.Effect<string | undefined>

/** Undefined unless both streams are a terminal: whoever cannot see a question cannot answer it. */
export const terminalAsk = (
  input: Pick<ReadStream, "isTTY"> & NodeJS.ReadableStream,
  output: Pick<WriteStream, "isTTY" | "write">
): Ask | undefined => {
  if (input.isTTY !== true || output.isTTY !== true) return undefined
  return (question) =>
    Effect.callback<string | undefined>((resume) => {
      output.write(question)
      const lines = createInterface({ input, terminal: false })
      lines.once("line", (line) => {
        resume(Effect.succeed(line))
        lines.close()
      })
      lines.once("close", () => resume(Effect.succeed(undefined)))
      return Effect.sync(() => lines.close())
    })
}
