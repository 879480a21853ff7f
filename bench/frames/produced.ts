/**
 * What both servers of the benchmark are told to send, and how they are asked.
 *
 * A frame is a line of an agent's log with 1,000 characters, in the envelope of `/ws/devteam`.
 */
import type { FrameDraft } from "@devteam/core/envelope/Frame"
import { ProjectId } from "@devteam/core/model/Ids"

/** The project that is watched. */
export const projectId = ProjectId.make("bench/frames")

/** The bearer token. */
export const token = "a-token-for-a-benchmark-0123456789"

const text = "All work and no play makes Jack a dull boy. ".repeat(23).slice(0, 999)

/** Some frames, as of now. */
export const drafts = (count: number): ReadonlyArray<FrameDraft> =>
  Array.from({ length: count }, () => ({
    type: "execution-log" as const,
    at: Date.now(),
    payload: { executionId: "bench", step: "IMPLEMENT", round: 1, stream: "stdout", text: `${text}\n` }
  }))

const isCount = (message: unknown): message is { readonly frames: number } =>
  typeof message === "object" && message !== null && "frames" in message && typeof message.frames === "number"

/**
 * Says that the server listens, and from then on sends frames whenever it is asked to; it answers with what this
 * process has used of the processor so far, in milliseconds.
 */
export const answerRequests = (port: number, produce: (count: number) => Promise<void>): void => {
  process.on("message", (message) => {
    const done = isCount(message) ? produce(message.frames) : Promise.resolve()
    void done.then(() => {
      const { user, system } = process.cpuUsage()
      process.send?.({ cpuMs: (user + system) / 1000 })
    })
  })
  process.send?.({ port })
}
