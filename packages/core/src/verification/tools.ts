/**
 * The programs that verification needs on the machine, and what to say of one that is missing or of the wrong kind.
 *
 * A project that cannot be verified is found out before anybody is paid. Nothing is looked up here: that is the
 * INITIALIZE step.
 */
import { type Manager, managers } from "./packageManagers.ts"

/** A package manager that a project is installed with. */
export interface NeededTool {
  readonly manager: Manager
  readonly program: string
  /** What says so, for people: the lockfile, or the `packageManager` field. */
  readonly because: string
  /** Whether it is certain which of the managers of that name is meant. */
  readonly isCertain: boolean
}

const ownWay = "or name the project's own commands with --verify"

/** That it is not there, and how it comes. */
export const missingTool = ({ manager, program, because }: NeededTool): string => {
  const { name, install } = managers[manager]
  return `The project is installed with ${name} (${because}), and there is no ${program} in the sandbox's PATH. Install it (${install}), ${ownWay}.`
}

/** That it is there and does not run; `log` is what it printed. */
export const brokenTool = ({ manager, program, because }: NeededTool, log: string): string => {
  const { name, install } = managers[manager]
  return `The project is installed with ${name} (${because}), and \`${program} --version\` fails in its folder. Install it (${install}), ${ownWay}. It said:\n${log}`
}

/** Why this version cannot install the project, or undefined: Yarn 1 and its successors are told apart. */
export const unfitTool = (tool: NeededTool, version: string): string | undefined => {
  const major = Number(/^v?(\d+)\./.exec(version.trim())?.[1] ?? Number.NaN)
  if (!tool.isCertain || Number.isNaN(major)) return undefined
  const isWrong = (tool.manager === "yarn" && major > 1) || (tool.manager === "berry" && major < 2)
  if (!isWrong) return undefined
  const { name, install } = managers[tool.manager]
  return `The project is installed with ${name} (${tool.because}), and the yarn of this machine is ${version.trim()}. Install the right one (${install}), ${ownWay}.`
}

/** That a project's own command names a program that is not there. */
export const missingProgram = (argv: ReadonlyArray<string>): string =>
  `The verify command "${argv.join(" ")}" needs ${argv[0] ?? ""}, and there is no such program in the sandbox's PATH. Install it, or change the verify commands.`
