/** `devteam doctor`. */
import { Effect, Option } from "effect"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { sharedOptions } from "./root.ts"

/** See above. */
export const doctor = Command.make(
  "doctor",
  {
    repository: Argument.String("repository").pipe(
      Argument.withDescription(
        "The repository that is to be readable and writable (default: the one here, if there is one)"
      ),
      Argument.optional
    ),
    agent: Flag.String("agent").pipe(
      Flag.withDescription("The agent to look at (default: aider, where it is installed)"),
      Flag.withMetavar("<id>"),
      Flag.optional
    ),
    model: Flag.String("model").pipe(
      Flag.withDescription("The model that the agent is to use"),
      Flag.withMetavar("<name>"),
      Flag.optional
    ),
    agentEnv: Flag.String("agent-env").pipe(
      Flag.withDescription("A variable of yours that the agent gets; may be repeated"),
      Flag.withMetavar("<NAME>"),
      Flag.atLeast(0)
    )
  },
  Effect.fnUntraced(function* ({ repository, agent, model, agentEnv }) {
    const shared = yield* sharedOptions
    const { examine } = yield* Effect.promise(() => import("../doctor/examine.ts"))
    yield* examine({
      repository: Option.getOrUndefined(repository),
      agent: Option.getOrUndefined(agent),
      model: Option.getOrUndefined(model),
      agentEnv,
      ...shared
    })
  })
).pipe(Command.withDescription("Look whether everything is there that a run needs"))
