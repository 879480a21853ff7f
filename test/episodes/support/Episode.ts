/**
 * What an episode is: a small repository, what its model answers, and the verdict that has to come of it.
 *
 * Data only, so that the page in the docs and the test that runs it cannot say different things.
 */
import type { HoldReason, RoundReason, TaskFailure } from "@devteam/core/execution/Status"
import type { RunSettings } from "@devteam/runner/RunSettings"
import type { ModelAnswer } from "../../../packages/adapters-agents/test/support/scriptedModel.ts"

/** How a task ends; `open` is none of the others. */
export type TaskVerdict = "completed" | "open" | `failed: ${TaskFailure}` | `held: ${HoldReason}`

/** Texts that a request has to hold, and texts that it must not. */
export interface Asked {
  readonly has?: ReadonlyArray<string>
  readonly hasNot?: ReadonlyArray<string>
}

/**
 * See the module. In texts, `{{directory}}` stands for the episode's own directory, which nothing may write to, and
 * `{{model}}` for the model's address.
 */
export interface Episode {
  /** What the model, its provider or the build does. */
  readonly behaviour: string
  /** Titles of the tasks 1.1, 1.2 …, each with what it depends on; one task, of greeting politely, when absent. */
  readonly tasks?: ReadonlyArray<readonly [title: string, ...dependencies: ReadonlyArray<string>]>
  /** Added to the repository's files, or in place of them. */
  readonly files?: Readonly<Record<string, string>>
  readonly executable?: ReadonlyArray<string>
  /** Symbolic links in the repository. */
  readonly links?: Readonly<Record<string, string>>
  /** Files beside the repository. */
  readonly outside?: Readonly<Record<string, string>>
  /** In the order of the requests, over all tasks and rounds. */
  readonly answers: ReadonlyArray<ModelAnswer>
  /** What is answered when they are used up; nothing may be asked then, when absent. */
  readonly afterwards?: ModelAnswer
  readonly run?: Partial<Pick<RunSettings, "limits" | "noChange" | "verify">> & { readonly model?: string }
  /** Most of its time passes in waiting. */
  readonly waits?: true

  readonly verdicts: ReadonlyArray<TaskVerdict>
  /** Why each spent round was spent. */
  readonly spent?: ReadonlyArray<RoundReason>
  /** The status at the end, with its reason. */
  readonly execution:
    | "completed"
    | `paused: ${"held" | "max_cost" | "baseline_broken"}`
    | `error: ${"agent" | "tasks_failed"}`
    | `waits: ${"quota" | "infrastructure"}`
  /** Seconds until the wait is over, at its beginning. */
  readonly waitsFor?: number
  /** What a person reads about it: parts of the messages, in any order. */
  readonly says?: ReadonlyArray<string>
  /** What is on the remote afterwards and was not before, but for the list; `null` for a file that is gone. */
  readonly landed?: Readonly<Record<string, string | null>>
  /** Requests in all, where they are not as many as `answers`. */
  readonly requests?: number
  /** Replies that are charged for, where it is not each of `answers` that has a text. */
  readonly paid?: number
  /** By the number of the request, from 1. */
  readonly asked?: Readonly<Record<number, Asked>>
  /** The change holds a secret: it is kept where nobody is shown it. */
  readonly secretKept?: true
}
