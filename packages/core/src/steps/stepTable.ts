/**
 * The steps of a task in their order, with what each makes and what happens to it after a crash (design §5).
 *
 * `next` decides which one runs; this is how it is run, and what the docs say of it.
 */
import type { Effect } from "effect"
import type { Report } from "../execution/Command.ts"
import type { PushMode, StepName } from "../model/Step.ts"
import type { Artifacts } from "../ports/Artifacts.ts"
import type { CodingAgents } from "../ports/CodingAgent.ts"
import type { DeliveryRemote } from "../ports/DeliveryRemote.ts"
import type { Frames } from "../ports/Frames.ts"
import type { Leases } from "../ports/Leases.ts"
import type { ProjectFile } from "../ports/ProjectFile.ts"
import type { Repository } from "../ports/Repository.ts"
import type { TaskList } from "../ports/TaskList.ts"
import { implement } from "./implement.ts"
import { initialize } from "./initialize.ts"
import { merge } from "./merge.ts"
import { prep } from "./prep.ts"
import { prompt } from "./prompt.ts"
import { push } from "./push.ts"
import { report } from "./report.ts"
import { select } from "./select.ts"
import type { StepContext } from "./Session.ts"
import type { StepError } from "./StepError.ts"
import { verify } from "./verify.ts"

/** The ports that steps use. */
export type StepPorts =
  | Artifacts
  | CodingAgents
  | DeliveryRemote
  | Frames
  | Leases
  | ProjectFile
  | Repository
  | TaskList

/** One step. `interruptible`: a pause with `now`, or a stop, may cut it off. */
export interface StepDefinition {
  readonly does: string
  readonly durable: string
  readonly afterCrash: "again" | "look first"
  readonly interruptible: boolean
  readonly run: (
    context: StepContext,
    mode: PushMode | undefined
  ) => Effect.Effect<Report, StepError, StepPorts>
}

/** The table. */
export const stepTable: Record<StepName, StepDefinition> = {
  INITIALIZE: {
    does: "cache, project settings, list, template, sandbox, agent, remote",
    durable: "what was found",
    afterCrash: "again",
    interruptible: true,
    run: initialize
  },
  SELECT: {
    does: "fetch; parse; pick",
    durable: "task identity, list blob SHA, base SHA",
    afterCrash: "again",
    interruptible: true,
    run: select
  },
  PREP: {
    does: "sandbox, fresh checkout of the base with the previous candidate, prepare commands",
    durable: "nothing: a directory may vanish",
    afterCrash: "again",
    interruptible: true,
    run: prep
  },
  PROMPT: {
    does: "render",
    durable: "prompt text and its SHA-256",
    afterCrash: "again",
    interruptible: true,
    run: prompt
  },
  IMPLEMENT: {
    does: "agent; capture",
    durable: "candidate: base, tree, patch, files, usage; stored before the report",
    afterCrash: "again",
    interruptible: true,
    run: implement
  },
  VERIFY: {
    does: "clean checkout of the candidate with its tick; install; build",
    durable: "verdict, verifiedTree, log, durations",
    afterCrash: "again",
    interruptible: true,
    run: verify
  },
  MERGE: {
    does: "one commit on the target's head; when that moved: tree merge, then VERIFY again",
    durable: "commit object that anybody can rebuild",
    afterCrash: "again",
    interruptible: true,
    run: merge
  },
  PUSH: {
    does: "intent, push, resolve",
    durable: "intent, then resolution",
    afterCrash: "look first",
    interruptible: false,
    run: (context, mode) => push(context, mode ?? "resolve")
  },
  REPORT: {
    does: "receipt; task completed",
    durable: "receipt, totals",
    afterCrash: "again",
    // A stop or pause waits for what landed to be said; cutting this off would only start it again.
    interruptible: false,
    run: report
  }
}
