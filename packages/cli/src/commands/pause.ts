/** `devteam pause`. */
import { Effect, Option } from "effect"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { findProject } from "../projectArgument.ts"
import { withStores } from "../runtime.ts"
import { projectName } from "./projectName.ts"
import { sharedOptions } from "./root.ts"

/** A step may take as long as an agent does; nobody waits for that. An interruption kills processes, which is quick. */
const patienceMs = { step: 3_000, now: 90_000 }

/** See above. */
export const pause = Command.make(
  "pause",
  {
    project: projectName,
    now: Flag.Boolean("now").pipe(
      Flag.withDescription("Interrupt the running step (never a push); it starts again on resume"),
      Flag.withDefault(false)
    )
  },
  Effect.fnUntraced(function* ({ project, now }) {
    const { dataDirectory, json } = yield* sharedOptions
    const { askAndWait } = yield* Effect.promise(() => import("../control/await.ts"))
    const { answer } = yield* Effect.promise(() => import("../control/answer.ts"))
    const mode = now ? "now" : "step"
    const ask = Effect.gen(function* () {
      const { projectId } = yield* findProject(Option.getOrUndefined(project), dataDirectory)
      const outcome = yield* askAndWait(projectId, dataDirectory, {
        command: { _tag: "Pause", mode, by: "cli" },
        pending: "pausing",
        limitMs: patienceMs[mode]
      })
      yield* answer(outcome, json, "It pauses when that is done; --now interrupts it.")
    })
    yield* withStores(dataDirectory, ask)
  })
).pipe(Command.withDescription("Pause a run after its running step"))
