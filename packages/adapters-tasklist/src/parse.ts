/** Reads a list: the first dialect that recognises it, with diagnostics for everything that is wrong. */
import type { ParseOptions, TaskListDocument } from "@devteam/core/ports/TaskList"
import { checkboxes } from "./dialects/checkboxes.ts"
import { headings } from "./dialects/headings.ts"
import { specKit } from "./dialects/specKit.ts"
import { wbs } from "./dialects/wbs.ts"
import { type Assembled, assemble } from "./document.ts"
import type { Dialect, Finding } from "./drafts.ts"
import { type Outline, readOutline } from "./outline.ts"

/** In the order in which they are asked. */
const dialects: ReadonlyArray<Dialect> = [headings, wbs, specKit, checkboxes]

/** A list that was read, with what a tick needs. */
export interface ParsedList extends Assembled {
  readonly outline: Outline
}

const noTasks = (file: string): Finding => ({
  severity: "error",
  code: "no_tasks",
  message: `${file} has no tasks. Write each as a line such as "- [ ] 1.1 Title", or start from the template (devteam tasks --template).`,
  line: 0,
  column: 0
})

/** Reads a list, keeping what a tick needs. */
export const parseList = (text: string, { file, granularity }: ParseOptions): ParsedList => {
  const outline = readOutline(text)
  const dialect = dialects.find((one) => one.matches(outline))
  const reading = dialect?.read(outline, granularity) ?? { drafts: [], groups: [], findings: [] }
  const findings: ReadonlyArray<Finding> = [
    ...outline.faults.map((fault) => ({ ...fault, code: "unreadable" as const, column: 0 })),
    ...(reading.drafts.length === 0 ? [noTasks(file)] : [])
  ]
  return { outline, ...assemble(dialect?.name ?? "none", reading, findings, file) }
}

/** See `TaskListShape.parse`. */
export const parse = (text: string, options: ParseOptions): TaskListDocument =>
  parseList(text, options).document
