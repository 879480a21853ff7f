/**
 * The lifecycle table, as data: what each request does in each status (design §4).
 *
 * `decide` reads it, the API's conflict answers and the page docs/lifecycle.md are made from it. Reports are not in
 * it: they are accepted in every status that is not an end.
 */
import type { RequestName } from "./Command.ts"
import type { Status } from "./Status.ts"

/** A column of the table. `none`: the project has no execution. */
export type Column = "none" | Status

/** All columns in their order. */
export const columns: ReadonlyArray<Column> = [
  "none",
  "completed",
  "stopped",
  "error",
  "initializing",
  "running",
  "pausing",
  "paused",
  "stopping"
]

/** `same`: accepted without any effect, so that a repeat is safe. `what_it_was`: the status before the pause. */
export type Effect =
  | "reject"
  | "same"
  | "new_execution"
  | "pausing"
  | "paused"
  | "what_it_was"
  | "stopping"
  | "stopped"
  | "joined"
  | "decided"

/** What decides between a cell's two effects. */
export type Condition = "waiting" | "waiting_without_open_push" | "push_unresolved" | "paused_by_held"

/** One cell: an effect, or another one while a condition holds. */
export interface Cell {
  readonly effect: Effect
  readonly when?: { readonly condition: Condition; readonly effect: Effect }
}

const reject: Cell = { effect: "reject" }
const same: Cell = { effect: "same" }
const pausing: Cell = { effect: "pausing" }
const stopping: Cell = { effect: "stopping" }
const newExecution: Cell = { effect: "new_execution" }
const whatItWas: Cell = { effect: "what_it_was" }
const joined: Cell = { effect: "joined" }
const decided: Cell = { effect: "decided" }

/** A decision on a task. It takes effect at a task boundary, and ends a pause that waited for one. */
const decision: Record<Column, Cell> = {
  none: reject,
  completed: reject,
  stopped: reject,
  error: reject,
  initializing: reject,
  running: decided,
  pausing: decided,
  paused: { effect: "decided", when: { condition: "paused_by_held", effect: "what_it_was" } },
  stopping: reject
}

/** The table: a request's row, a status's column. */
export const transitions: Record<RequestName, Record<Column, Cell>> = {
  start: {
    none: newExecution,
    completed: newExecution,
    stopped: newExecution,
    error: newExecution,
    initializing: reject,
    running: reject,
    pausing: reject,
    paused: reject,
    stopping: reject
  },
  pause: {
    none: reject,
    completed: reject,
    stopped: reject,
    error: reject,
    initializing: pausing,
    running: { effect: "pausing", when: { condition: "waiting", effect: "paused" } },
    pausing: same,
    paused: same,
    stopping: reject
  },
  resume: {
    none: reject,
    completed: reject,
    stopped: reject,
    error: reject,
    initializing: reject,
    running: same,
    pausing: whatItWas,
    paused: whatItWas,
    stopping: reject
  },
  stop: {
    none: reject,
    completed: reject,
    stopped: same,
    error: reject,
    initializing: stopping,
    running: { effect: "stopping", when: { condition: "waiting_without_open_push", effect: "stopped" } },
    pausing: stopping,
    paused: { effect: "stopped", when: { condition: "push_unresolved", effect: "stopping" } },
    stopping: same
  },
  // Only events ask for this: people start, and the events of an ended execution start one.
  join: {
    none: reject,
    completed: reject,
    stopped: reject,
    error: reject,
    initializing: joined,
    running: joined,
    pausing: joined,
    paused: joined,
    stopping: reject
  },
  // After the end the kept change gets an execution of its own.
  accept: { ...decision, completed: newExecution, stopped: newExecution, error: newExecution },
  skip: decision,
  reopen: decision,
  done: decision
}

/** The statuses from which a request is legal, for the answer to a rejected one. */
export const legalFrom = (request: RequestName): ReadonlyArray<Column> =>
  columns.filter((column) => transitions[request][column].effect !== "reject")
