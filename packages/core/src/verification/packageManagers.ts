/**
 * The package managers that a project may be installed with: which one it is, and what each is asked to do.
 *
 * Told from the lockfiles of a folder, the `packageManager` field of its manifest and, for Yarn, from what its lockfile
 * says of itself: Yarn 1 and its successors share a name and understand neither each other's lockfiles nor flags. Data
 * and pure choices; nothing is run.
 */
import type { Manifest } from "./Manifest.ts"

/** `yarn` is Yarn 1, `berry` is Yarn 2 and later. */
export type Manager = "npm" | "pnpm" | "yarn" | "berry" | "bun"

type Argv = readonly [string, ...Array<string>]

/** What a manager is asked to do, and how a person gets it. */
export interface ManagerCommands {
  readonly program: string
  /** How people call it. */
  readonly name: string
  readonly lockfiles: ReadonlyArray<string>
  /** Installs exactly what the lockfile says, and fails where that does not fit the manifest. */
  readonly locked: Argv
  readonly unlocked: Argv
  /** Brings the lockfile in line with the manifest, without running anybody's scripts. */
  readonly sync: Argv
  /** For a person who does not have it. */
  readonly install: string
}

/** In the order of precedence where a folder has the lockfiles of several. */
export const managers: Record<Manager, ManagerCommands> = {
  npm: {
    program: "npm",
    name: "npm",
    lockfiles: ["package-lock.json", "npm-shrinkwrap.json"],
    locked: ["npm", "ci"],
    unlocked: ["npm", "install", "--no-package-lock"],
    sync: ["npm", "install", "--package-lock-only", "--ignore-scripts"],
    install: "it comes with Node"
  },
  pnpm: {
    program: "pnpm",
    name: "pnpm",
    lockfiles: ["pnpm-lock.yaml"],
    locked: ["pnpm", "install", "--frozen-lockfile"],
    unlocked: ["pnpm", "install", "--no-lockfile"],
    sync: ["pnpm", "install", "--lockfile-only", "--ignore-scripts", "--no-frozen-lockfile"],
    install: "`npm install -g pnpm`, or `corepack enable pnpm`"
  },
  yarn: {
    program: "yarn",
    name: "Yarn 1",
    lockfiles: ["yarn.lock"],
    locked: ["yarn", "install", "--frozen-lockfile"],
    unlocked: ["yarn", "install"],
    sync: ["yarn", "install", "--ignore-scripts", "--non-interactive"],
    install: "`npm install -g yarn@1`, or `corepack enable yarn`"
  },
  berry: {
    program: "yarn",
    name: "Yarn 2 or later",
    lockfiles: ["yarn.lock"],
    locked: ["yarn", "install", "--immutable"],
    unlocked: ["yarn", "install"],
    sync: ["yarn", "install", "--no-immutable", "--mode=update-lockfile"],
    install: "`corepack enable yarn`, or `npm install -g @yarnpkg/cli-dist`"
  },
  bun: {
    program: "bun",
    name: "bun",
    lockfiles: ["bun.lock", "bun.lockb"],
    locked: ["bun", "install", "--frozen-lockfile"],
    unlocked: ["bun", "install", "--no-save"],
    sync: ["bun", "install", "--lockfile-only", "--ignore-scripts"],
    install: "`npm install -g bun`"
  }
}

/** Every file name that is a lockfile. */
export const lockfileNames: ReadonlyArray<string> = Object.values(managers).flatMap((one) => one.lockfiles)

/** A folder with a `package.json`. `paths` are those of the folder, relative to it. */
export interface PackageFolder {
  readonly packageManager: Manifest["packageManager"]
  readonly paths: ReadonlySet<string>
  /** The text of its `yarn.lock`, if there is one. */
  readonly yarnLock: string | undefined
}

/** Which manager a folder is installed with. `lockfile` is its own, where it is there; the others are `ignored`. */
export interface ChosenManager {
  readonly manager: Manager
  /** False for a Yarn of which nothing says whether it is 1 or later. */
  readonly isCertain: boolean
  readonly lockfile: string | undefined
  readonly ignored: ReadonlyArray<string>
}

const yarnOf = ({ packageManager, paths, yarnLock }: PackageFolder): "yarn" | "berry" | undefined => {
  if (yarnLock !== undefined && /^__metadata:/m.test(yarnLock)) return "berry"
  if (yarnLock !== undefined && yarnLock.includes("# yarn lockfile v1")) return "yarn"
  const major = Number(/^yarn@(\d+)/.exec(packageManager ?? "")?.[1] ?? Number.NaN)
  if (!Number.isNaN(major)) return major > 1 ? "berry" : "yarn"
  return paths.has(".yarnrc.yml") ? "berry" : undefined
}

/** Chooses: the `packageManager` field decides unless the folder only has the lockfiles of others. */
export const chooseManager = (folder: PackageFolder): ChosenManager => {
  const yarn = yarnOf(folder)
  const candidates: ReadonlyArray<Manager> = ["npm", "pnpm", yarn ?? "yarn", "bun"]
  const there = (manager: Manager) => managers[manager].lockfiles.filter((file) => folder.paths.has(file))
  const present = candidates.filter((manager) => there(manager).length > 0)
  const named = candidates.find((manager) =>
    folder.packageManager?.startsWith(`${managers[manager].program}@`)
  )
  const isPossible = named !== undefined && (present.length === 0 || present.includes(named))
  const manager = isPossible ? named : (present[0] ?? "npm")
  return {
    manager,
    isCertain: manager !== "yarn" || yarn !== undefined,
    lockfile: there(manager)[0],
    ignored: present.filter((other) => other !== manager).flatMap(there)
  }
}
