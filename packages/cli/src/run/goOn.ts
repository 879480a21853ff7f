/**
 * What has to be so before this process works on an execution that is there already, and then the work.
 */
import type { Execution } from "@devteam/core/execution/State"
import type { ProjectId } from "@devteam/core/model/Ids"
import { Frames } from "@devteam/core/ports/Frames"
import { Effect } from "effect"
import { requireVariables } from "../plan/agent.ts"
import { requireRemote } from "./requireRemote.ts"

/** Ends with 5 where the agent's variables or the remote are missing here. Nothing is changed yet. */
export const requireHere = Effect.fnUntraced(function* (state: Execution, resume: ReadonlyArray<string>) {
  yield* requireVariables(state.settings.agent.env)
  yield* requireRemote(state, resume)
})

/** The newest frame's number: where somebody who begins to watch now begins. */
export const newestFrame = (projectId: ProjectId) =>
  Frames.use((frames) => Effect.map(frames.range(projectId), ({ last }) => last))
