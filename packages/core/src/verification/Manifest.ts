/**
 * The few fields of a `package.json` that verification and policy look at.
 *
 * Lenient as npm is: a field of the wrong type counts as absent. Only text that is no JSON object is a problem.
 */
import { Result } from "effect"

/** What is read of a manifest. */
export interface Manifest {
  /** Scripts with something in them; an empty one proves nothing, though npm runs it happily. */
  readonly scripts: Readonly<Record<string, string>>
  /** As in `pnpm@9.1.0`. */
  readonly packageManager: string | undefined
  readonly hasDependencies: boolean
  /** Everything that a lockfile mirrors, as canonical JSON: equal texts, equal lockfile. */
  readonly dependencies: string
}

/** Why a text is no manifest, in one sentence. */
export interface ManifestProblem {
  readonly problem: string
}

/** Whether reading went well. */
export const isManifest = (value: Manifest | ManifestProblem): value is Manifest => !("problem" in value)

const dependencyFields = [
  "dependencies",
  "devDependencies",
  "optionalDependencies",
  "peerDependencies",
  "workspaces"
] as const

/** What else a lockfile of one manager or another repeats; `name` is what makes a new workspace one. */
const mirroredFields = [
  "overrides",
  "resolutions",
  "pnpm",
  "dependenciesMeta",
  "peerDependenciesMeta",
  "bin",
  "name"
] as const

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const canonical = (value: unknown): unknown =>
  isObject(value)
    ? Object.fromEntries(
        Object.keys(value)
          .toSorted()
          .map((key) => [key, canonical(value[key])])
      )
    : Array.isArray(value)
      ? value.map(canonical)
      : value

const filled = (value: unknown): boolean =>
  Array.isArray(value) ? value.length > 0 : isObject(value) && Object.keys(value).length > 0

/** Reads the text of a `package.json`. */
export const parseManifest = (text: string): Manifest | ManifestProblem => {
  const parsed = Result.try({
    try: (): unknown => JSON.parse(text.replace(/^\uFEFF/, "")),
    catch: (error) => (error instanceof Error ? error.message : String(error))
  })
  if (Result.isFailure(parsed)) return { problem: parsed.failure }
  const value = parsed.success
  if (!isObject(value)) return { problem: "it is not a JSON object" }
  const scripts = isObject(value["scripts"]) ? value["scripts"] : {}
  const packageManager = value["packageManager"]
  return {
    scripts: Object.fromEntries(
      Object.entries(scripts).filter(
        (entry): entry is [string, string] => typeof entry[1] === "string" && entry[1].trim() !== ""
      )
    ),
    packageManager: typeof packageManager === "string" ? packageManager : undefined,
    hasDependencies: dependencyFields.some((field) => filled(value[field])),
    dependencies: JSON.stringify(
      [...dependencyFields, ...mirroredFields].map((field) => canonical(value[field]) ?? null)
    )
  }
}
