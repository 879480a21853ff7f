/** `devteam serve`. */
import { Effect, Option } from "effect"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { sharedOptions } from "../commands/root.ts"

const text = (name: string, description: string, metavar: string) =>
  Flag.String(name).pipe(Flag.withDescription(description), Flag.withMetavar(metavar), Flag.optional)

const repeated = (name: string, description: string, metavar: string) =>
  Flag.String(name).pipe(Flag.withDescription(description), Flag.withMetavar(metavar), Flag.atLeast(0))

const config = {
  port: Flag.Int("port").pipe(
    Flag.withDescription("The port to listen on (default: 4600); 0 takes a free one"),
    Flag.filter(
      (port) => port >= 0 && port <= 65_535,
      () => "is not a port"
    ),
    Flag.withDefault(4600)
  ),
  host: Flag.String("host").pipe(
    Flag.withDescription("The address to listen on (default: 127.0.0.1)"),
    Flag.withMetavar("<address>"),
    Flag.withDefault("127.0.0.1")
  ),
  allowHost: repeated(
    "allow-host",
    "A further name that the server answers under; may be repeated",
    "<name>"
  ),
  allowRepo: repeated(
    "allow-repo",
    "A repository that may be used; <url>/* allows all below it; may be repeated",
    "<url>"
  ),
  noAuth: Flag.Boolean("no-auth").pipe(
    Flag.withDescription("Ask nobody for the token; only on a loopback address"),
    Flag.withDefault(false)
  ),
  concurrency: Flag.Int("concurrency").pipe(
    Flag.withDescription("How many projects are worked on at once (default: 2)"),
    Flag.filter(
      (number) => number >= 1 && number <= 100,
      () => "has to be from 1 to 100"
    ),
    Flag.withDefault(2)
  ),
  agent: text(
    "agent",
    "The agent by default: aider, or command with its program and arguments behind --",
    "<id>"
  ),
  model: text("model", "The model that the agent is to use", "<name>"),
  agentEnv: repeated("agent-env", "A variable of yours that the agent gets; may be repeated", "<NAME>")
}

/** See above. */
export const serve = Command.make(
  "serve",
  config,
  Effect.fnUntraced(function* (given) {
    const { dataDirectory, json } = yield* sharedOptions
    const { serveHere } = yield* Effect.promise(() => import("./serve.ts"))
    yield* serveHere({
      ...given,
      agent: Option.getOrUndefined(given.agent),
      model: Option.getOrUndefined(given.model),
      dataDirectory,
      json
    })
  })
).pipe(
  Command.withDescription(
    "Serve the automation API and work on what it is asked for: devteam serve --allow-repo https://github.com/acme/* --agent command -- ./my-agent {prompt}"
  ),
  Command.withShortDescription("Serve the automation API, with workers")
)
