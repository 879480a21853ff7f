/**
 * From a dialect's reading to what the port promises: final ids, all dependencies, containers, diagnostics.
 *
 * The graph itself is core's; this puts its problems at their places in the file.
 */
import { TaskId } from "@devteam/core/model/Ids"
import type { Task } from "@devteam/core/model/Task"
import type { Container, Diagnostic, TaskListDocument } from "@devteam/core/ports/TaskList"
import { normalizeTitle } from "@devteam/core/tasks/identity"
import { type GraphProblem, makeGraph, problemMessage } from "@devteam/core/tasks/TaskGraph"
import type { Draft, Finding, Group, Reading } from "./drafts.ts"
import { makeIds } from "./ids.ts"
import type { Reference } from "./itemText.ts"

/** A document with the draft of each task: `drafts[n]` is what `tasks[n]` was made of. */
export interface Assembled {
  readonly document: TaskListDocument
  readonly drafts: ReadonlyArray<Draft>
}

interface Resolved {
  readonly draft: Draft
  readonly references: ReadonlyArray<Reference>
  readonly task: Task
}

/** Groups by id, where the id is unique or something depends on it; others are only headings. */
const namedGroups = (
  groups: ReadonlyArray<Group>,
  taskIds: ReadonlySet<string>,
  referenced: ReadonlySet<string>
) => {
  const taken = new Set<string>()
  return groups.filter((group): group is Group & { readonly id: string } => {
    if (group.id === undefined) return false
    const isFree = !taskIds.has(group.id) && !taken.has(group.id)
    taken.add(group.id)
    return isFree || referenced.has(group.id)
  })
}

/** Own dependencies, then those of the enclosing groups, nearest first; an empty phase hands on its own. */
const allReferences = (draft: Draft, emptyGroups: ReadonlyMap<string, Group>): ReadonlyArray<Reference> => {
  const seen = new Set<string>()
  const result: Array<Reference> = []
  const add = (references: ReadonlyArray<Reference>): void => {
    for (const reference of references) {
      if (seen.has(reference.id)) continue
      seen.add(reference.id)
      result.push(reference)
      add(emptyGroups.get(reference.id)?.dependencies ?? [])
    }
  }
  add(draft.dependencies)
  for (const group of draft.groups.toReversed()) add(group.dependencies)
  return result
}

const toTask = (draft: Draft, id: string, references: ReadonlyArray<Reference>): Task => ({
  id: TaskId.make(id),
  title: draft.title,
  normalizedTitle: normalizeTitle(draft.title),
  state: draft.state,
  optional: draft.optional,
  priority: draft.priority,
  dependencies: references.map((reference) => reference.id),
  path: draft.groups.map((group) => group.id ?? group.title),
  checklist: draft.checklist,
  criteria: draft.criteria,
  files: draft.files,
  notes: draft.notes,
  line: draft.line + 1
})

const containersOf = (
  named: ReadonlyArray<Group & { readonly id: string }>,
  resolved: ReadonlyArray<Resolved>,
  referenced: ReadonlySet<string>
): ReadonlyArray<Container> => {
  const members = new Map<Group, Array<string>>()
  for (const { draft, task } of resolved) {
    for (const group of draft.groups) {
      const known = members.get(group)
      if (known === undefined) members.set(group, [task.id])
      else known.push(task.id)
    }
  }
  return named
    .map((group) => ({ id: group.id, title: group.title, taskIds: members.get(group) ?? [] }))
    .filter((container) => container.taskIds.length > 0 || referenced.has(container.id))
}

type Place = Pick<Finding, "line" | "column">

/** Puts problems at their places, each place once. */
const locate = (
  problems: ReadonlyArray<GraphProblem>,
  resolved: ReadonlyArray<Resolved>,
  named: ReadonlyArray<Group & { readonly id: string }>
): ReadonlyArray<Finding> => {
  const byId = new Map(resolved.toReversed().map((one) => [one.task.id as string, one]))
  const owners = new Map(
    resolved.flatMap(({ draft, task }) => draft.parts.map((part) => [part, task.id] as const))
  )
  const findings = new Map<string, Finding>()
  const add = (code: Finding["code"], message: string, { column, line }: Place) => {
    const key = `${code}:${line}:${column}`
    if (!findings.has(key)) findings.set(key, { severity: "error", code, message, line, column })
  }
  for (const problem of problems) {
    const message = problemMessage(problem)
    if (problem._tag === "DuplicateId") {
      const places: ReadonlyArray<Place> = [
        ...resolved.filter(({ task }) => task.id === problem.id).map(({ draft }) => draft),
        ...named.filter((group) => group.id === problem.id)
      ].sort((a, b) => a.line - b.line)
      const [first, ...others] = places
      for (const place of others)
        add("duplicate_id", `${message} It is first used in line ${(first?.line ?? 0) + 1}.`, place)
    } else if (problem._tag === "Cycle") {
      const start = problem.path.map((id) => byId.get(id)).find((one) => one !== undefined)
      const next = problem.path[1]
      const reference = start?.references.find(({ id }) => id === next)
      add("cycle", message, reference ?? start?.draft ?? { line: 0, column: 0 })
    } else {
      const { draft, references } = byId.get(problem.taskId) ?? {}
      const owner = owners.get(problem.dependency)
      const hint = owner === undefined ? "" : ` It is a part of task ${owner}: depend on that.`
      const place = references?.find(({ id }) => id === problem.dependency) ?? draft ?? { line: 0, column: 0 }
      add("dangling_dependency", `${message}${hint}`, place)
    }
  }
  return [...findings.values()]
}

const toDiagnostic = (file: string, finding: Finding): Diagnostic => ({
  severity: finding.severity,
  code: finding.code,
  message: finding.message,
  file,
  line: finding.line + 1,
  column: finding.column + 1
})

/** Makes the port's document of a reading. `findings` are those of the outline; errors of the graph are added. */
export const assemble = (
  dialect: string,
  reading: Reading,
  findings: ReadonlyArray<Finding>,
  file: string
): Assembled => {
  const { drafts, groups } = reading
  const idFor = makeIds()
  const ids = drafts.map((draft) => draft.id ?? idFor(draft.title))
  const referenced = new Set([...drafts, ...groups].flatMap((one) => one.dependencies.map(({ id }) => id)))
  const named = namedGroups(groups, new Set(ids), referenced)
  const filled = new Set(drafts.flatMap((draft) => draft.groups))
  const empty = new Map(named.filter((group) => !filled.has(group)).map((group) => [group.id, group]))
  const resolved = drafts.map((draft, index): Resolved => {
    const references = allReferences(draft, empty)
    return { draft, references, task: toTask(draft, ids[index] ?? "", references) }
  })
  const tasks = resolved.map(({ task }) => task)
  const containers = containersOf(named, resolved, referenced)
  const problems = locate(makeGraph(tasks, containers).problems, resolved, named)
  const diagnostics = [...findings, ...reading.findings, ...problems]
    .sort((a, b) => a.line - b.line || a.column - b.column)
    .map((finding) => toDiagnostic(file, finding))
  return { document: { dialect, tasks, containers, diagnostics }, drafts }
}
