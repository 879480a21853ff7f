/**
 * Which commands prove a change: the project's own, or install and build by its package manager.
 *
 * A pure look at a tree's paths and its root `package.json`; nothing is run and nothing is read. What a failure of
 * these commands means is `infrastructure.ts`.
 */
import { isManifest, parseManifest, type Manifest } from "./Manifest.ts"
import { type ChosenManager, chooseManager, managers } from "./packageManagers.ts"
import type { NeededTool } from "./tools.ts"
import { noBuildScript, noManifest, noProof } from "./unverified.ts"

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
  /** The package manager that the commands run; undefined with the project's own commands. */
  readonly tool: NeededTool | undefined
  /** Dependencies are installed without a lockfile: the same tree may get others tomorrow. */
  readonly unlocked: boolean
  /** Not undefined: nothing that runs proves the change, and this says why and what to do. */
  readonly unverified: string | undefined
  readonly warnings: ReadonlyArray<string>
  /** Not empty: the verdict is red without running anything, with these words as its log. */
  readonly problems: ReadonlyArray<string>
}

/** Texts are those of the root; `paths` are those of the tree, `verify` are the project's own commands. */
export interface CommandPlanInput {
  readonly packageJson: string | undefined
  readonly yarnLock?: string | undefined
  readonly paths: ReadonlyArray<string>
  readonly verify: ReadonlyArray<ReadonlyArray<string>> | undefined
}

const nothing: CommandPlan = {
  commands: [],
  tool: undefined,
  unlocked: false,
  unverified: undefined,
  warnings: [],
  problems: []
}

/** Whether a command of the project's own is an install: it talks to a registry, and its failure may be that one's. */
const isInstall = (argv: ReadonlyArray<string>): boolean => {
  const [program = "", verb] = argv
  const name = program
    .split("/")
    .at(-1)
    ?.replace(/\.(cmd|exe)$/, "")
  if (name === "yarn") return verb === undefined || verb === "install"
  if (name !== "npm" && name !== "pnpm" && name !== "bun") return false
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
  const proves = commands.some((command) => command.kind === "build")
  return {
    ...nothing,
    commands,
    problems,
    unverified: proves || problems.length > 0 ? undefined : noProof(commands.length)
  }
}

const becauseOf = ({ lockfile }: ChosenManager, { packageManager }: Manifest): string =>
  lockfile ?? (packageManager === undefined ? "package.json" : `packageManager ${packageManager}`)

const packageCommands = (manifest: Manifest, input: CommandPlanInput): CommandPlan => {
  const paths = new Set(input.paths)
  const { packageManager } = manifest
  const chosen = chooseManager({ packageManager, paths, yarnLock: input.yarnLock })
  const { manager, isCertain, lockfile, ignored } = chosen
  const commands = managers[manager]
  const builds = manifest.scripts["build"] !== undefined
  const warnings: Array<string> = []
  if (ignored.length > 0) {
    warnings.push(
      `Several lockfiles: ${commands.name} is used and ${ignored.join(", ")} is not. Remove what is not needed.`
    )
  }
  if (paths.has("deno.lock") && lockfile === undefined) {
    warnings.push(
      `deno.lock is not understood: ${commands.name} is used. Set the project's own verify commands.`
    )
  }
  const installs = builds || manifest.hasDependencies
  const install: PlannedCommand = {
    name: "install",
    kind: "install",
    argv: lockfile === undefined ? commands.unlocked : commands.locked
  }
  const build: PlannedCommand = { name: "build", kind: "build", argv: [commands.program, "run", "build"] }
  const because = becauseOf(chosen, manifest)
  return {
    commands: [...(installs ? [install] : []), ...(builds ? [build] : [])],
    tool: installs ? { manager, program: commands.program, because, isCertain } : undefined,
    unlocked: installs && lockfile === undefined && manifest.hasDependencies,
    unverified: builds ? undefined : noBuildScript(commands.program),
    warnings,
    problems: []
  }
}

/** The plan of a tree. Own commands replace the defaults altogether. */
export const commandPlan = (input: CommandPlanInput): CommandPlan => {
  if (input.verify !== undefined) return ownCommands(input.verify)
  if (input.packageJson === undefined) return { ...nothing, unverified: noManifest(input.paths) }
  const manifest = parseManifest(input.packageJson)
  if (!isManifest(manifest)) {
    return { ...nothing, problems: [`package.json cannot be read: ${manifest.problem}`] }
  }
  return packageCommands(manifest, input)
}
