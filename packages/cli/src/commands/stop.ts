/** `devteam stop`. */
import { Effect, Option } from "effect"
import * as Command from "effect/cli/Command"
import { findProject } from "../projectArgument.ts"
import { withStores } from "../runtime.ts"
import { projectName } from "./projectName.ts"
import { sharedOptions } from "./root.ts"

/** A push takes at most a minute, and looking what became of it a little more. */
const patienceMs = 90_000

/** See above. */
export const stop = Command.make(
  "stop",
  { project: projectName },
  Effect.fnUntraced(function* ({ project }) {
    const { dataDirectory, json } = yield* sharedOptions
    const { askAndWait } = yield* Effect.promise(() => import("../control/await.ts"))
    const { answer } = yield* Effect.promise(() => import("../control/answer.ts"))
    const ask = Effect.gen(function* () {
      const { projectId } = yield* findProject(Option.getOrUndefined(project), dataDirectory)
      const outcome = yield* askAndWait(projectId, dataDirectory, {
        command: { _tag: "Stop", by: "cli" },
        pending: "stopping",
        limitMs: patienceMs
      })
      yield* answer(outcome, json, "It stops as soon as it is known what became of the push.")
    })
    yield* withStores(dataDirectory, ask)
  })
).pipe(Command.withDescription("End a run for good: what runs is killed, what was pushed stays"))
