/** `devteam resume`. */
import { Effect, Option } from "effect"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { projectName } from "./projectName.ts"
import { sharedOptions } from "./root.ts"

/** See above. */
export const resume = Command.make(
  "resume",
  {
    project: projectName,
    deliver: Flag.Literals("deliver", ["main", "branch"]).pipe(
      Flag.withDescription("Where verified tasks go from now on; what a refused push left goes there first"),
      Flag.optional
    )
  },
  Effect.fnUntraced(function* ({ project, deliver }) {
    const shared = yield* sharedOptions
    const { resumeProject } = yield* Effect.promise(() => import("../run/resumeProject.ts"))
    yield* resumeProject({
      project: Option.getOrUndefined(project),
      deliver: Option.getOrUndefined(deliver),
      ...shared
    })
  })
).pipe(Command.withDescription("Go on with a paused run, or take over one whose process died"))
