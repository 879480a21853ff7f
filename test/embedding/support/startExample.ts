/**
 * Starts one of the example services on a free port.
 */
import { join } from "node:path"
import { type ProcessOptions, type Running, startDevteam } from "../../support/devteamCommand.ts"

const examples = join(import.meta.dirname, "..", "..", "..", "examples")

/** Resolves once it says where it listens. Its packages come from the sources. */
export const startExample = async (
  example: string,
  options: Omit<ProcessOptions, "entry">
): Promise<{ readonly running: Running; readonly url: string }> => {
  const entry = join(examples, example, "main.ts")
  const env = { ...options.env, NODE_OPTIONS: "--conditions=devteam-source" }
  const running = startDevteam([], { ...options, entry, env })
  let said = ""
  running.child.stdout?.on("data", (chunk: string) => {
    said += chunk
  })
  const pattern = /^listening on (http:\S+), token in/m
  await running.says("stdout", pattern)
  return { running, url: pattern.exec(said)?.[1] ?? "" }
}
