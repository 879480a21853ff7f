/**
 * The lines that open and close phases: `Phase 2: Title (Dependencies: [1])` and `PHASE 1 COMPLETED`.
 *
 * Works on the text of one line; whether that is a bare line or a heading is the caller's business.
 */

const kind = String.raw`^(?:\*\*|__)?(?:phase|stage|milestone|epic|sprint)\s+(\d[\w.]*|[ivxlc]+|[a-z])`
const phase = new RegExp(String.raw`${kind}(?:\*\*|__)?\s*(?::(?:\*\*|__)?\s*|[.–—-]\s+)(.*)$`, "i")
const completed = new RegExp(
  String.raw`${kind}\s+(?:is\s+)?(?:completed?|done|finished)(?:\*\*|__)?[.!]?\s*$`,
  "i"
)

/** Id of the phase, and what follows it. */
export interface PhaseLine {
  readonly id: string
  readonly rest: string
}

/** Reads `Phase 2: Title`; also stages, milestones, epics and sprints. */
export const phaseLine = (text: string): PhaseLine | undefined => {
  const match = phase.exec(text)
  return match === null ? undefined : { id: match[1] ?? "", rest: match[2] ?? "" }
}

/** Reads `PHASE 1 COMPLETED`: the id of the finished phase. */
export const completedPhase = (text: string): string | undefined => completed.exec(text)?.[1]

/** Whether a line opens or closes a phase. */
export const isSectionLine = (text: string): boolean =>
  phaseLine(text) !== undefined || completedPhase(text) !== undefined
