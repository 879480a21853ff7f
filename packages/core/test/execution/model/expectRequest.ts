/**
 * What the model expects of a request: the lifecycle table of the design, typed out a second time.
 */
import type { Request } from "../../../src/execution/Command.ts"
import type { Status } from "../../../src/execution/Status.ts"
import { type Expectation, type Model, noExecution, owes } from "./Model.ts"

/** The table of design §4: rows are requests, `a/b` is b while something is on its way (see `heads`). */
const table = `
            none  completed stopped error initializing running          pausing  paused           stopping
  Start     new   new       new     new   no           no               no       no               no
  Pause     no    no        no      no    pausing      pausing/paused   same     same             no
  Resume    no    no        no      no    no           same             was      was              no
  Stop      no    no        same    no    stopping     stopping/stopped stopping stopped/stopping same
  Join      no    no        no      no    joined       joined           joined   joined           no
  Decide    no    no        no      no    no           decided          decided  decided/was      no
`

const cells: ReadonlyMap<string, string> = new Map(
  (() => {
    const [head, ...rows] = table
      .trim()
      .split("\n")
      .map((line) => line.trim().split(/ +/))
    return rows.flatMap(([request, ...effects]) =>
      effects.map((effect, column) => [`${request} ${head?.[column]}`, effect] as const)
    )
  })()
)

/** Whether the second half of a split cell applies. */
const isSplit = (request: Request["_tag"], model: Model): boolean => {
  if (request === "Pause") return model.waiting
  if (request === "Decide") return model.held
  return model.status === "running" ? model.waiting && model.push === "none" && !model.landed : owes(model)
}

const isStatus = (word: string): word is Status => /^(pausing|paused|stopping|stopped)$/.test(word)

/** What a request is to do. */
export const expectRequest = (request: Request, model: Model): Expectation => {
  const [plain = "", split] = (cells.get(`${request._tag} ${model.status}`) ?? "").split("/")
  const effect = split !== undefined && isSplit(request._tag, model) ? split : plain
  const accepted = (after: Model): Expectation => ({
    verdict: "accepted",
    model: after,
    statuses: [after.status]
  })
  const unchanged = (verdict: "rejected" | "same"): Expectation => ({
    verdict,
    model,
    statuses: [model.status]
  })
  if (effect === "no") return unchanged("rejected")
  if (request._tag === "Decide") {
    const after = { ...model, asked: true, status: effect === "was" ? model.resumesTo : model.status }
    return { verdict: "free", model: after, statuses: [after.status] }
  }
  const elsewhere = request._tag === "Resume" && (request.delivery ?? model.delivery) !== model.delivery
  if (elsewhere) {
    const possible = model.status === "paused" && model.push === "none" && !model.landed
    return possible && request.delivery !== "local" && model.delivery !== "local"
      ? accepted({ ...model, status: "initializing", resumesTo: "initializing" })
      : unchanged("rejected")
  }
  if (effect === "same") {
    const moreUrgent =
      request._tag === "Pause" && request.mode === "now" && model.status === "pausing" && !model.urgent
    return moreUrgent ? accepted({ ...model, urgent: true }) : unchanged("same")
  }
  if (effect === "new") {
    const inherited = request._tag === "Start" && request.inherited !== undefined
    return accepted({
      ...noExecution,
      status: "initializing",
      inherited,
      push: inherited ? "unknown" : "none"
    })
  }
  if (effect === "joined") return accepted({ ...model, asked: true })
  if (effect === "was") return accepted({ ...model, status: model.resumesTo })
  if (!isStatus(effect)) throw new Error(`The table says "${effect}" of ${request._tag} in ${model.status}.`)
  const urgent = request._tag === "Pause" && request.mode === "now"
  const push = effect === "stopped" ? "none" : model.push
  return accepted({
    ...model,
    status: effect,
    urgent,
    push,
    waiting: request._tag === "Stop" ? false : model.waiting
  })
}
