/**
 * Which paths are the runner's, for a host that has others beside them.
 */
import { watchPath } from "@devteam/adapters-http/frames/FrameHub"
import { methodsOf } from "@devteam/adapters-http/server/routes"

/** Everything below it is the runner's, also what is not there. */
const apiPrefix = "/api/devteam/"

/** Whether the runner answers under a request's target (path with or without query), whatever the method. */
export const isRunnerPath = (target: string | undefined): boolean => {
  const path = target?.split("?")[0] ?? ""
  return path.startsWith(apiPrefix) || path === watchPath || methodsOf(path).length > 0
}
