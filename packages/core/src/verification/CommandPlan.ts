/**
 * Which commands prove a change: the project's own, or install and build by its package manager.
 *
 * A pure look at a tree's paths and its root `package.json`; nothing is run and nothing is read. What a failure of
 * these commands means is `infrastructure.ts`.
 */
import { isManifest, parseManifest, type Manifest } from "./Manifest.ts"

/** One command to run. `kind` says which limit it has and how its failure is to be read. */
export interface PlannedCommand {
  /** Short and stable, for receipts and metrics: `install`, `build`, or `verify-1`, `verify-2`, … */
  readonly name: string
  readonly kind: "install" | "build"
  readonly argv: readonly [string, ...Array<string>]
}

/** What to run, in order, and what to say of it. */
export interface CommandPlan {
  readonly commands: ReadonlyArray<PlannedCommand>
  /** Dependencies are installed without a lockfile: the same tree may get others tomorrow. */
  readonly unlocked: boolean
  /** Nothing that runs proves the change. */
  readonly unverified: boolean
  readonly warnings: ReadonlyArray<string>
  /** Not empty: the verdict is red without running anything, with these words as its log. */
  readonly problems: ReadonlyArray<string>
}

/** `packageJson` is the root one's text, `paths` are those of the tree, `verify` are the project's own commands. */
export interface CommandPlanInput {
  readonly packageJson: string | undefined
  readonly paths: ReadonlyArray<string>
  readonly verify: ReadonlyArray<ReadonlyArray<string>> | undefined
}

type Manager = "npm" | "pnpm" | "yarn"

interface ManagerCommands {
  readonly lockfiles: ReadonlyArray<string>
  readonly locked: PlannedCommand["argv"]
  readonly unlocked: PlannedCommand["argv"]
}

/** In the order of precedence where a tree has the lockfiles of several. */
const managers: Record<Manager, ManagerCommands> = {
  npm: {
    lockfiles: ["package-lock.json", "npm-shrinkwrap.json"],
    locked: ["npm", "ci"],
    unlocked: ["npm", "install", "--no-package-lock"]
  },
  pnpm: {
    lockfiles: ["pnpm-lock.yaml"],
    locked: ["pnpm", "install", "--frozen-lockfile"],
    unlocked: ["pnpm", "install", "--no-lockfile"]
  },
  yarn: {
    lockfiles: ["yarn.lock"],
    locked: ["yarn", "install", "--frozen-lockfile"],
    unlocked: ["yarn", "install"]
  }
}
const managerNames: ReadonlyArray<Manager> = ["npm", "pnpm", "yarn"]

const nothing: CommandPlan = { commands: [], unlocked: false, unverified: true, warnings: [], problems: [] }

/** Whether a command of the project's own is an install: it talks to a registry, and its failure may be that one's. */
const isInstall = (argv: ReadonlyArray<string>): boolean => {
  const [program = "", verb] = argv
  const name = program
    .split("/")
    .at(-1)
    ?.replace(/\.(cmd|exe)$/, "")
  if (name === "yarn") return verb === undefined || verb === "install"
  if (name !== "npm" && name !== "pnpm") return false
  return ["ci", "clean-install", "install", "i", "install-test", "it"].includes(verb ?? "")
}

const ownCommands = (verify: ReadonlyArray<ReadonlyArray<string>>): CommandPlan => {
  const commands: Array<PlannedCommand> = []
  const problems: Array<string> = []
  verify.forEach((words, index) => {
    const [program, ...rest] = words
    if (program === undefined || program.trim() === "") {
      problems.push(
        `Verification command ${index + 1} is empty. Give it a program, or take it out of the settings.`
      )
      return
    }
    commands.push({
      name: `verify-${index + 1}`,
      kind: isInstall(words) ? "install" : "build",
      argv: [program, ...rest]
    })
  })
  return {
    ...nothing,
    commands,
    problems,
    unverified: problems.length === 0 && !commands.some((command) => command.kind === "build")
  }
}

const chooseManager = (manifest: Manifest, present: ReadonlyArray<Manager>): Manager => {
  const named = managerNames.find((name) => manifest.packageManager?.startsWith(`${name}@`))
  if (named !== undefined && (present.length === 0 || present.includes(named))) return named
  return present[0] ?? "npm"
}

const packageCommands = (manifest: Manifest, paths: ReadonlySet<string>): CommandPlan => {
  const present = managerNames.filter((name) => managers[name].lockfiles.some((file) => paths.has(file)))
  const manager = chooseManager(manifest, present)
  const locked = present.includes(manager)
  const builds = manifest.scripts["build"] !== undefined
  const warnings: Array<string> = []
  if (present.length > 1) {
    const ignored = present.filter((name) => name !== manager).flatMap((name) => managers[name].lockfiles)
    const files = ignored.filter((file) => paths.has(file)).join(", ")
    warnings.push(`Several lockfiles: ${manager} is used and ${files} is not. Remove what is not needed.`)
  }
  for (const file of ["bun.lock", "bun.lockb", "deno.lock"]) {
    if (paths.has(file) && !locked) {
      warnings.push(`${file} is not understood: ${manager} is used. Set the project's own verify commands.`)
    }
  }
  const installs = builds || manifest.hasDependencies
  const install: PlannedCommand = {
    name: "install",
    kind: "install",
    argv: locked ? managers[manager].locked : managers[manager].unlocked
  }
  const build: PlannedCommand = { name: "build", kind: "build", argv: [manager, "run", "build"] }
  return {
    commands: [...(installs ? [install] : []), ...(builds ? [build] : [])],
    unlocked: installs && !locked && manifest.hasDependencies,
    unverified: !builds,
    warnings,
    problems: []
  }
}

/** The plan of a tree. Own commands replace the defaults altogether. */
export const commandPlan = (input: CommandPlanInput): CommandPlan => {
  if (input.verify !== undefined) return ownCommands(input.verify)
  if (input.packageJson === undefined) return nothing
  const manifest = parseManifest(input.packageJson)
  if (!isManifest(manifest)) {
    return { ...nothing, unverified: false, problems: [`package.json cannot be read: ${manifest.problem}`] }
  }
  return packageCommands(manifest, new Set(input.paths))
}
