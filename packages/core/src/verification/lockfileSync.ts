/**
 * Which lockfiles have to follow a change of the manifests, and how that is done.
 *
 * A lockfile that the agent changed along is taken as it is: verification says whether it fits. Only what belongs to
 * a lockfile is taken over from the command that syncs it, whatever else that command writes.
 */
import { isManifest, parseManifest } from "./Manifest.ts"
import { chooseManager, lockfileNames, managers } from "./packageManagers.ts"
import type { ManifestChange } from "./policy.ts"

const folderOf = (path: string): string => path.split("/").slice(0, -1).join("/")

const inFolder = (folder: string, name: string): string => (folder === "" ? name : `${folder}/${name}`)

const mirrored = (text: string | undefined): string | undefined => {
  const manifest = parseManifest(text ?? "{}")
  return isManifest(manifest) ? manifest.dependencies : undefined
}

/** Whether a lockfile that fitted before may no longer fit. A manifest that cannot be read is verification's business. */
const isStale = ({ after, before }: ManifestChange): boolean => {
  const now = mirrored(after)
  return now !== undefined && now !== mirrored(before)
}

const workspaceFile = /(^|\/)pnpm-workspace\.yaml$/

/** What of a change says which lockfiles have to follow. */
export interface LockfileInput {
  /** Paths that differ from the base. */
  readonly changed: ReadonlyArray<string>
  /** Every changed `package.json`, against the base. */
  readonly manifests: ReadonlyArray<ManifestChange>
  /** All paths of the changed tree. */
  readonly paths: ReadonlyArray<string>
}

/** The folders whose lockfile has to follow, sorted: for each manifest the nearest folder upwards that has one. */
export const foldersToSync = ({ changed, manifests, paths }: LockfileInput): ReadonlyArray<string> => {
  const there = new Set(paths)
  const hasLockfile = (folder: string) => lockfileNames.some((name) => there.has(inFolder(folder, name)))
  const touched = [
    ...manifests.filter(isStale).map(({ path }) => path),
    ...changed.filter((path) => workspaceFile.test(path))
  ]
  const folders = touched.flatMap((path) => {
    for (let folder = folderOf(path); ; folder = folderOf(folder)) {
      if (hasLockfile(folder)) return [folder]
      if (folder === "") return []
    }
  })
  return [...new Set(folders)].toSorted()
}

/** A lockfile to sync. `keeps` says which paths, relative to the tree, are taken over from what the command did. */
export interface LockfileSync {
  readonly folder: string
  readonly argv: readonly [string, ...Array<string>]
  readonly keeps: (path: string) => boolean
}

/** Yarn's own files that a repository may hold with its lockfile, so that an install needs no network. */
const zeroInstall = /^(?:\.pnp\.(?:c?js|data\.json|loader\.mjs)|\.yarn\/cache\/.+)$/

/**
 * The sync of one folder; undefined where its lockfile was changed along. `paths` are all of the tree,
 * `changedNow` are those that this round changed: a lockfile of the round before may be behind again.
 */
export const lockfileSync = (
  folder: string,
  input: {
    readonly packageJson: string | undefined
    readonly yarnLock: string | undefined
    readonly paths: ReadonlyArray<string>
    readonly changedNow: ReadonlyArray<string>
  }
): LockfileSync | undefined => {
  const manifest = parseManifest(input.packageJson ?? "{}")
  const prefix = folder === "" ? "" : `${folder}/`
  const paths = new Set(
    input.paths.flatMap((path) => (path.startsWith(prefix) ? path.slice(prefix.length) : []))
  )
  const packageManager = isManifest(manifest) ? manifest.packageManager : undefined
  const { manager } = chooseManager({ packageManager, paths, yarnLock: input.yarnLock })
  const { lockfiles, sync } = managers[manager]
  if (lockfiles.some((file) => input.changedNow.includes(inFolder(folder, file)))) return undefined
  const holdsPackages = manager === "berry" && [...paths].some((path) => zeroInstall.test(path))
  return {
    folder,
    argv: holdsPackages ? ["yarn", "install", "--no-immutable", "--mode=skip-build"] : sync,
    keeps: (path) => {
      if (!path.startsWith(prefix)) return false
      const name = path.slice(prefix.length)
      return lockfiles.includes(name) || (holdsPackages && zeroInstall.test(name))
    }
  }
}
