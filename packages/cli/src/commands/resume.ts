/** `devteam resume`. */
import { Effect, Option } from "effect"
import * as Command from "effect/cli/Command"
import { projectName } from "./projectName.ts"
import { sharedOptions } from "./root.ts"

/** See above. */
export const resume = Command.make(
  "resume",
  { project: projectName },
  Effect.fnUntraced(function* ({ project }) {
    const shared = yield* sharedOptions
    const { resumeProject } = yield* Effect.promise(() => import("../run/resumeProject.ts"))
    yield* resumeProject({ project: Option.getOrUndefined(project), ...shared })
  })
).pipe(Command.withDescription("Go on with a paused run, or take over one whose process died"))
