import { Effect, Stream } from "effect"
import { codingAgentContract, type AgentBehaviour } from "../../src/testing/contracts/CodingAgentContract.ts"
import { evidenceOf, layerMemory } from "../../src/testing/memory/CodingAgents.ts"
import type { AgentInput } from "../../src/ports/CodingAgent.ts"
import { SandboxError, type SandboxSession } from "../../src/ports/Sandbox.ts"

const files = new Map<string, string>()
let running = 0
let places = 0

const write = (input: AgentInput) => files.set(`${input.checkout}/hello.txt`, "hello\n")

const behave = (behaviour: AgentBehaviour, input: AgentInput) => {
  switch (behaviour) {
    case "writes_file":
      write(input)
      return evidenceOf("wrote hello.txt\n")
    case "writes_file_and_fails":
      write(input)
      return evidenceOf("", 3)
    case "nothing_to_do":
      return evidenceOf("DEVTEAM: NOTHING-TO-DO already there\n")
    case "silent":
      return evidenceOf("thinking\n")
    case "fails":
      return evidenceOf("no such model\n", 4)
    case "prints_prompt":
      return evidenceOf(input.prompt)
    default:
      return evidenceOf(input.env["AGENT_KEY"] ?? "")
  }
}

const none = new SandboxError({ reason: "unavailable", message: "there is no sandbox in memory" })
const session: SandboxSession = {
  kind: "none",
  exec: () => Stream.fail(none),
  health: Effect.fail(none),
  destroy: Effect.void
}

const hang = (print: (text: string) => Effect.Effect<void>) =>
  Effect.acquireUseRelease(
    Effect.sync(() => (running += 1)),
    () => Effect.andThen(print("started\n"), Effect.never),
    () => Effect.sync(() => (running -= 1))
  )

codingAgentContract("memory", {
  agents: layerMemory((input, print) => {
    const behaviour = input.settings.argv[0] as AgentBehaviour
    return behaviour === "hangs" ? hang(print) : Effect.sync(() => behave(behaviour, input))
  }),
  id: "memory",
  settings: (behaviour) => ({ id: "memory", argv: [behaviour], env: [] }),
  place: Effect.sync(() => {
    places += 1
    return { session, checkout: `/memory/${places}`, scratch: `/memory/${places}.scratch` }
  }),
  readFile: (checkout, path) => Effect.sync(() => files.get(`${checkout}/${path}`)),
  running: Effect.sync(() => running)
})
