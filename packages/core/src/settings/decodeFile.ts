/**
 * From a parsed `.devteam/project.yaml` to project settings, or everything that is wrong with it, in words.
 *
 * Knows values and their paths; lines and columns are the business of whoever parsed the text.
 */
import { Result, Schema, type SchemaIssue } from "effect"
import type { Limits } from "../model/Limits.ts"
import {
  type CommandText,
  durationMs,
  type ProjectSettings,
  ProjectSettingsFile
} from "../model/ProjectSettings.ts"
import { makeRedactor } from "../redaction/redact.ts"
import { knownSecrets } from "../redaction/Secrets.ts"
import { commandOf } from "./commandOf.ts"
import { nearest } from "./nearest.ts"

/** Keys and indexes from the file's root. */
export type FieldPath = ReadonlyArray<string | number>

/** One thing that is wrong with a value. `atKey`: with its name rather than with what stands behind it. */
export interface FieldProblem {
  readonly path: FieldPath
  readonly message: string
  readonly atKey: boolean
}

const fields = Object.keys(ProjectSettingsFile.fields)
const { agent, limits } = ProjectSettingsFile.fields
const namesIn: Record<string, ReadonlyArray<string>> = {
  "": fields,
  agent: Object.keys(agent.schema.fields),
  limits: Object.keys(limits.schema.fields)
}

/** Every name that the file may have, with dots: `limits.rounds`. */
export const fieldNames: ReadonlyArray<string> = fields.flatMap((name) => [
  name,
  ...(namesIn[name] ?? []).map((inner) => `${name}.${inner}`)
])

/** Names that people try, and what they mean. */
const elsewhere: Record<string, string> = {
  target:
    "The target branch is not set here: the file is read from it. Name it with --target, or as branch in a request.",
  branch:
    "The target branch is not set here: the file is read from it. Name it with --target, or as branch in a request.",
  tasks: 'Did you mean "taskList"?',
  env: 'Did you mean "agent.env"?',
  model: 'Did you mean "agent.model"?'
}

/** Hides the shapes of well-known tokens; no secret is known by value here. */
const shapes = makeRedactor(knownSecrets([]))

const fieldOf = (path: FieldPath): string =>
  path.reduce<string>(
    (name, part) =>
      typeof part === "number" ? `${name}[${part + 1}]` : name === "" ? part : `${name}.${part}`,
    ""
  )

const shown = (value: unknown): string => {
  if (value === undefined || value === null) return "nothing"
  if (Array.isArray(value)) return "a list"
  if (typeof value === "object") return "a mapping"
  const text = JSON.stringify(shapes.text(String(value).slice(0, 200)))
  const short = text.length <= 60 ? text : `${text.slice(0, 58)}…"`
  return typeof value === "string" ? short : short.slice(1, -1)
}

const valueAt = (root: unknown, path: FieldPath): unknown =>
  path.reduce<unknown>(
    (value, part) =>
      typeof value === "object" && value !== null && Object.hasOwn(value, part)
        ? (value as Record<string | number, unknown>)[part]
        : undefined,
    root
  )

const unknownName = (path: FieldPath): string => {
  const name = String(path.at(-1) ?? "")
  const parent = path.slice(0, -1).join(".")
  const known = namesIn[parent] ?? []
  const prefix = parent === "" ? "" : `${parent}.`
  const near =
    nearest(name, known) ??
    nearest(
      name,
      fieldNames.map((field) => field.split(".").at(-1) ?? field)
    )
  const inFull = known.includes(near ?? "")
    ? `${prefix}${near}`
    : fieldNames.find((field) => field.endsWith(`.${near}`) || field === near)
  const hint =
    (parent === "" && Object.hasOwn(elsewhere, name) ? elsewhere[name] : undefined) ??
    (inFull === undefined ? `Known here: ${known.join(", ")}.` : `Did you mean "${inFull}"?`)
  return `unknown setting ${shown(`${prefix}${name}`)}. ${hint}`
}

const annotated = (annotations: Schema.Annotations.Annotations | undefined): string | undefined => {
  const message = annotations?.["message"]
  return typeof message === "string" ? message : undefined
}

function* problemsOf(issue: SchemaIssue.Issue, path: FieldPath, root: unknown): Generator<FieldProblem> {
  const wrong = (expected: string): FieldProblem => {
    const name = path.length === 0 ? "the file" : fieldOf(path)
    return { path, message: `${name} has to be ${expected}, not ${shown(valueAt(root, path))}`, atKey: false }
  }
  switch (issue._tag) {
    case "Pointer": {
      const inner = issue.path.map((part) => (typeof part === "number" ? part : String(part)))
      yield* problemsOf(issue.issue, [...path, ...inner], root)
      break
    }
    case "Composite":
      for (const inner of issue.issues) yield* problemsOf(inner, path, root)
      break
    case "Encoding":
      yield* problemsOf(issue.issue, path, root)
      break
    case "Filter":
      yield wrong(annotated(issue.filter.annotations) ?? "something else")
      break
    case "AnyOf":
    case "OneOf":
    case "InvalidType":
      yield wrong(annotated(issue.ast.annotations) ?? "something else")
      break
    case "MissingKey":
      yield { path: path.slice(0, -1), message: `${fieldOf(path)} is missing`, atKey: true }
      break
    case "UnexpectedKey":
      yield { path, message: unknownName(path), atKey: true }
      break
    case "InvalidValue":
    case "Forbidden":
      yield wrong("something else")
  }
}

/** Strings that have the shape of a token: what is stored may be read for ever. */
const secretsIn = (value: unknown, path: FieldPath): ReadonlyArray<FieldProblem> => {
  if (typeof value === "string") {
    if (shapes.text(value) === value) return []
    const message =
      `${fieldOf(path)} holds what looks like a secret, and settings are stored and shown. ` +
      `Revoke it, take it out, and name the variable that holds a new one under agent.env.`
    return [{ path, message, atKey: false }]
  }
  if (typeof value !== "object" || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) =>
    secretsIn(inner, [...path, Array.isArray(value) ? Number(key) : key])
  )
}

const wordsOf = (command: CommandText): ReadonlyArray<string> =>
  typeof command === "string" ? commandOf(command) : command

const limitNames = {
  rounds: "rounds",
  failedTasks: "failedTasks",
  agentTime: "agentMs",
  agentIdleTime: "agentIdleMs",
  installTime: "installMs",
  buildTime: "buildMs",
  maxTaskCost: "taskCostUsd",
  maxCost: "executionCostUsd",
  maxTaskTokens: "taskTokens",
  maxTokens: "executionTokens"
} as const satisfies Record<keyof NonNullable<ProjectSettingsFile["limits"]>, keyof Limits>

/** The name in the file of a limit; undefined for one that the file does not have. */
export const fieldOfLimit = (limit: keyof Limits): string | undefined => {
  const [name] = Object.entries(limitNames).find(([, known]) => known === limit) ?? []
  return name === undefined ? undefined : `limits.${name}`
}

const limitsOf = (written: NonNullable<ProjectSettingsFile["limits"]>): Partial<Limits> =>
  Object.fromEntries(
    Object.entries(written).map(([name, value]) => [
      limitNames[name as keyof typeof limitNames],
      typeof value === "string" ? (durationMs(value) ?? 0) : value
    ])
  )

const settingsOf = (file: ProjectSettingsFile): ProjectSettings => {
  const { prepare, verify, limits, ...rest } = file
  return {
    ...rest,
    ...(prepare === undefined ? {} : { prepare: prepare.map(wordsOf) }),
    ...(verify === undefined ? {} : { verify: verify.map(wordsOf) }),
    ...(limits === undefined ? {} : { limits: limitsOf(limits) })
  }
}

/** So many are looked for; whoever mends them sees the rest. */
const mostProblems = 50

/** Two checks of one value may say the same. */
const distinct = (problems: Iterable<FieldProblem>): ReadonlyArray<FieldProblem> => {
  const found = new Map<string, FieldProblem>()
  for (const problem of problems) {
    if (found.size === mostProblems) break
    found.set(`${problem.path.join("\n")}\n${problem.message}`, problem)
  }
  return [...found.values()]
}

/** The settings of a file's value, or the first fifty problems. An empty file (`null`) says nothing. */
export const decodeFile = (value: unknown): Result.Result<ProjectSettings, ReadonlyArray<FieldProblem>> => {
  const root = value ?? {}
  const secrets = secretsIn(root, [])
  if (secrets.length > 0) return Result.fail(secrets)
  const decoded = Schema.decodeUnknownResult(ProjectSettingsFile)(root, {
    errors: "all",
    onExcessProperty: "error"
  })
  if (Result.isSuccess(decoded)) return Result.succeed(settingsOf(decoded.success))
  return Result.fail(distinct(problemsOf(decoded.failure.issue, [], root)))
}
