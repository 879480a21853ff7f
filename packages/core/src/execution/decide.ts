/**
 * What follows from a command: the events, or a rejection.
 *
 * A plain function of the command and the state. Whoever appends its events has to name the version that the state
 * was folded from; on a conflict: load again, decide again.
 */
import { Result } from "effect"
import { type Command, isRequest } from "./Command.ts"
import { decideReport } from "./decideReport.ts"
import { decideRequest } from "./decideRequest.ts"
import type { Event } from "./Event.ts"
import type { Rejection } from "./Rejection.ts"
import type { State } from "./State.ts"

/** Decides one command. No events and no rejection means: accepted, nothing changes. */
export const decide = (command: Command, state: State): Result.Result<ReadonlyArray<Event>, Rejection> =>
  isRequest(command) ? decideRequest(command, state) : Result.succeed(decideReport(command, state))
