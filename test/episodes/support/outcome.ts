/**
 * What came of an episode, read from its journal and its remote, in the episode's own words.
 */
import type { Execution } from "@devteam/core/execution/State"
import {
  type ModelAnswer,
  type ModelReply
} from "../../../packages/adapters-agents/test/support/scriptedModel.ts"
import { fileAt, git } from "../../support/bareRemote.ts"
import type { Episode } from "./Episode.ts"
import { eventsOf, type Played, tasksOf } from "./runEpisode.ts"
import { taskList } from "./sampleProject.ts"

const idsOf = (episode: Episode): ReadonlyArray<string> =>
  tasksOf(episode).map((_, index) => `1.${index + 1}`)

const verdictOn = ({ outcomes }: Execution, id: string): string => {
  const found = outcomes.find(({ taskId }) => taskId === id)
  if (found === undefined) return "open"
  return found.outcome === "completed" ? "completed" : `${found.outcome}: ${found.reason}`
}

const executionOf = ({ status, waiting, pause, error }: Execution): string => {
  if (waiting !== undefined) return `waits: ${waiting.reason}`
  const reason = pause?.reason ?? error?.reason
  return reason === undefined ? status : `${status}: ${reason}`
}

/** Changed paths on the remote's main against its first commit, with their text. */
const landedOn = (bare: string): Readonly<Record<string, string | null>> => {
  const first = git(bare, "rev-list", "--max-parents=0", "main").trim()
  const fields = git(bare, "diff", "--no-renames", "--name-status", "-z", first, "main").split("\0")
  const changes: Record<string, string | null> = {}
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const path = fields[at + 1] ?? ""
    changes[path] = fields[at] === "D" ? null : fileAt(bare, "main", path)
  }
  return changes
}

const isPaid = (answer: ModelAnswer): answer is ModelReply =>
  typeof answer === "object" && "text" in answer && answer.counted !== false

/** What is to come of it. */
export const expectedOf = (episode: Episode) => {
  const paid = episode.paid ?? episode.answers.filter(isPaid).length
  const done = idsOf(episode).filter((_, index) => episode.verdicts[index] === "completed")
  return {
    verdicts: episode.verdicts,
    spent: episode.spent ?? [],
    execution: episode.execution,
    landed: {
      ...episode.landed,
      ...(done.length === 0 ? {} : { "TASKS.md": taskList(tasksOf(episode), done) })
    },
    requests: episode.requests ?? episode.answers.length,
    inputTokens: paid * 1_000,
    outputTokens: paid * 100
  }
}

/** What came of it. */
export const outcomeOf = (played: Played): ReturnType<typeof expectedOf> => {
  const { episode, recorded } = played
  const { state } = recorded
  return {
    verdicts: idsOf(episode).map((id) => verdictOn(state, id)) as Episode["verdicts"],
    spent: eventsOf(played, "RoundSpent").map(({ reason }) => reason),
    execution: executionOf(state) as Episode["execution"],
    landed: landedOn(played.bare),
    requests: played.model.requests.length,
    inputTokens: state.inputTokens,
    outputTokens: state.outputTokens
  }
}

/** Everything that a person is told about how it went. */
export const toldIn = (played: Played): string => {
  const { state } = played.recorded
  return [
    ...eventsOf(played, "RoundSpent").map(({ message }) => message),
    ...eventsOf(played, "StepFailed").map(({ message }) => message),
    ...eventsOf(played, "CandidatePrepared").flatMap(({ warnings }) => warnings),
    ...eventsOf(played, "Verified").flatMap(({ verdict }) => [verdict.attribution, ...verdict.warnings]),
    ...state.outcomes.map(({ message }) => message ?? ""),
    state.waiting?.message ?? "",
    state.pause?.message ?? "",
    state.error?.message ?? ""
  ]
    .filter((text) => text !== "")
    .join("\n")
}
