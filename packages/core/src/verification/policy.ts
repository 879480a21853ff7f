/**
 * What an agent may not change unseen: decided from paths and manifests, before anything is verified.
 *
 * A held change is kept for a person, who accepts it or not; nothing here says that it is bad. The task list is not
 * looked at: edits to it are undone where changes are captured. A file that the task itself names is the task's own
 * wish.
 */
import type { Task } from "../model/Task.ts"
import { namesFile } from "./namesFile.ts"
import { lockfileNames } from "./packageManagers.ts"
import { changedScripts } from "./scripts.ts"

/** A `package.json` of the tree, before and after; undefined where it does not exist. */
export interface ManifestChange {
  readonly path: string
  readonly before: string | undefined
  readonly after: string | undefined
}

/** What policy looks at. */
export interface PolicyInput {
  readonly task: Task
  /** Paths that differ from the base. */
  readonly changed: ReadonlyArray<string>
  /** What capturing the change found. */
  readonly violations: ReadonlyArray<{
    readonly kind: "nested_repository" | "escaping_symlink"
    readonly path: string
  }>
  /** Every changed `package.json`. */
  readonly manifests: ReadonlyArray<ManifestChange>
  /** The project's own verification commands. */
  readonly verify: ReadonlyArray<ReadonlyArray<string>> | undefined
}

/** Why a change waits for a person. */
export interface Held {
  readonly reason:
    | "runner_settings"
    | "ci"
    | "verify_scripts"
    | "install_settings"
    | "escaping_symlink"
    | "nested_repository"
  readonly paths: ReadonlyArray<string>
  /** What happened and to what, for people. */
  readonly message: string
}

/** The decision. */
export interface PolicyDecision {
  readonly held: ReadonlyArray<Held>
  readonly warnings: ReadonlyArray<string>
}

const ciFiles =
  /^(?:\.(?:github|gitea|forgejo)\/(?:workflows|actions)\/|\.circleci\/|\.buildkite\/|\.gitlab\/ci\/|\.teamcity\/|\.woodpecker\/|\.azure-pipelines\/|\.gitlab-ci\.ya?ml$|\.travis\.ya?ml$|\.drone\.ya?ml$|\.woodpecker\.ya?ml$|\.cirrus\.ya?ml$|\.?appveyor\.ya?ml$|azure-pipelines[^/]*\.ya?ml$|bitbucket-pipelines\.ya?ml$|cloudbuild\.ya?ml$|(?:.*\/)?Jenkinsfile(?:\.[^/]*)?$)/i

/** They decide what an install or `npm run` does: `script-shell=true` makes every build green. */
const installSettings = /(?:^|\/)(?:\.npmrc|\.yarnrc|\.yarnrc\.ya?ml|\.pnpmfile\.c?js|pnpm-workspace\.yaml)$/i

const list = (paths: ReadonlyArray<string>): string => paths.join(", ")

const heldPaths = (input: PolicyInput): ReadonlyArray<Held> => {
  const unnamed = input.changed.filter((path) => !namesFile(input.task, path))
  const of = (reason: Held["reason"], what: string, paths: ReadonlyArray<string>): ReadonlyArray<Held> =>
    paths.length === 0 ? [] : [{ reason, paths, message: `${what}: ${list(paths)}.` }]
  const found = (kind: PolicyInput["violations"][number]["kind"]) =>
    input.violations.filter((violation) => violation.kind === kind).map((violation) => violation.path)
  return [
    ...of(
      "runner_settings",
      "The change touches the runner's own settings, and the task does not name them",
      unnamed.filter((path) => path.toLowerCase().startsWith(".devteam/"))
    ),
    ...of(
      "ci",
      "The change touches continuous integration, and the task does not name the file",
      unnamed.filter((path) => ciFiles.test(path))
    ),
    ...of(
      "install_settings",
      "The change touches how packages are installed and scripts are run, and the task does not name the file",
      unnamed.filter((path) => installSettings.test(path))
    ),
    ...of(
      "escaping_symlink",
      "The change adds a symbolic link that leaves the repository",
      found("escaping_symlink")
    ),
    ...of(
      "nested_repository",
      "The change adds a repository inside the repository",
      found("nested_repository")
    )
  ]
}

const heldScripts = (input: PolicyInput): ReadonlyArray<Held> =>
  input.manifests.flatMap((manifest): ReadonlyArray<Held> => {
    // A new manifest proved nothing before that it could now weaken.
    if (manifest.before === undefined || namesFile(input.task, manifest.path)) return []
    const names = changedScripts(manifest.before, manifest.after, input.verify)
    if (names.length === 0) return []
    const message = `The change alters scripts that verification runs, and the task does not name ${manifest.path}: ${list(names)}.`
    return [{ reason: "verify_scripts", paths: [manifest.path], message }]
  })

/** Decides what becomes of a change. */
export const decidePolicy = (input: PolicyInput): PolicyDecision => {
  const locks = input.changed.filter((path) => lockfileNames.includes(path.split("/").at(-1) ?? ""))
  const alone = locks.length > 0 && input.manifests.length === 0
  return {
    held: [...heldPaths(input), ...heldScripts(input)],
    warnings: alone ? [`The change alters ${list(locks)} without any package.json.`] : []
  }
}
