/**
 * `devteam doctor`: all checks, one line each, with what to do.
 */
import { statSync } from "node:fs"
import { resolve } from "node:path"
import { aiderInstall, lookAtAgent } from "@devteam/runner/agentLook"
import { checkDataDirectory, checkGit, checkRemote, checkSandbox, type Finding } from "@devteam/runner/doctor"
import { checkProject } from "@devteam/runner/projectCheck"
import { resolveRepository } from "@devteam/runner/repositoryArgument"
import { userIdentity } from "@devteam/runner/userIdentity"
import { Effect, Option } from "effect"
import { exitCodes, ExitWith } from "../ExitWith.ts"
import { Invocation } from "../Invocation.ts"
import { type AgentOptions, installedAgent, namedAgent, withOwnModel } from "../plan/agent.ts"
import { withMachine, withStores } from "../runtime.ts"
import type { Style } from "../terminal/style.ts"

/** What to look at. */
export interface DoctorOptions extends AgentOptions {
  readonly repository: string | undefined
  readonly dataDirectory: string
  readonly json: boolean
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** Opens the database, if the directory is fit for one. */
const checkDatabase = (dataDirectory: string) =>
  withStores(dataDirectory, Effect.void).pipe(
    Effect.as<Finding>({ check: "database", status: "ok", found: "opens" }),
    Effect.catch((error) =>
      Effect.succeed<Finding>({ check: "database", status: "problem", found: messageOf(error) })
    )
  )

const checkIdentity = Effect.fnUntraced(function* (directory: string) {
  const { environment } = yield* Invocation
  const check = "commit author"
  return yield* userIdentity(directory, environment).pipe(
    Effect.map(({ name, email }): Finding => ({ check, status: "ok", found: `${name} <${email}>` })),
    Effect.catch((error) => Effect.succeed<Finding>({ check, status: "problem", found: error.message }))
  )
})

/** The agent that is named, else the one that is installed. None at all is no problem: any program will do. */
const checkAgent = Effect.fnUntraced(function* (options: AgentOptions) {
  const { cwd, environment } = yield* Invocation
  const check = "agent"
  const look = Effect.gen(function* () {
    const found = (yield* namedAgent(options)) ?? (yield* installedAgent(options))
    if (found === undefined) {
      const none: Finding = {
        check,
        status: "warning",
        found: "aider is not on the PATH",
        fix: `Install it (${aiderInstall}), or run with a program of yours: --agent command -- ./my-agent {prompt}`
      }
      return [none]
    }
    const { findings } = yield* lookAtAgent(yield* withOwnModel(found, cwd), environment)
    return findings
  })
  return yield* look.pipe(
    Effect.catch((error) =>
      Effect.succeed<ReadonlyArray<Finding>>([{ check, status: "problem", found: messageOf(error) }])
    )
  )
})

/** The repository that is named, else the one here, if there is one. */
const checkRepository = Effect.fnUntraced(function* (argument: string | undefined) {
  const { cwd, secrets } = yield* Invocation
  const found = resolveRepository(argument ?? ".", cwd).pipe(
    Effect.tap((repository) => Effect.sync(() => secrets.add(repository.secrets)))
  )
  if (argument === undefined) {
    const here = yield* Effect.option(found)
    return Option.isNone(here) ? [] : yield* checkRemote(here.value)
  }
  return yield* found.pipe(
    Effect.flatMap(checkRemote),
    Effect.catch((error) =>
      Effect.succeed<ReadonlyArray<Finding>>([{ check: "remote", status: "problem", found: error.message }])
    )
  )
})

/** The folder of a clone that is meant; none where a URL is. */
const folderOf = (argument: string | undefined, cwd: string): ReadonlyArray<string> => {
  const folder = resolve(cwd, argument ?? ".")
  return statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true ? [folder] : []
}

const lines = ({ check, status, found, fix }: Finding, style: Style): ReadonlyArray<string> => {
  const mark = { ok: style.good("✓"), warning: style.warn("!"), problem: style.bad("✗") }[status]
  return [
    `${mark} ${check}: ${found.replaceAll(/\n(?! )/g, "\n    ")}`,
    ...(fix === undefined ? [] : [`    ${fix}`])
  ]
}

/** Makes all checks. Ends with 5 when one of them found a problem. */
export const examine = Effect.fn("examine")(function* (options: DoctorOptions) {
  const { repository, dataDirectory, json } = options
  const { cwd, output } = yield* Invocation
  const directory = yield* checkDataDirectory(dataDirectory)
  const usable = directory.every(({ check, status }) => check !== "data directory" || status !== "problem")
  const findings: ReadonlyArray<Finding> = [
    { check: "node", status: "ok", found: process.versions.node },
    yield* checkGit,
    ...directory,
    ...(usable ? [yield* checkDatabase(dataDirectory)] : []),
    ...(usable ? yield* withMachine({ dataDirectory }, checkSandbox) : []),
    ...(usable ? yield* withMachine({ dataDirectory }, checkAgent(options)) : []),
    yield* checkIdentity(cwd),
    ...(yield* checkRepository(repository)),
    ...(yield* Effect.forEach(folderOf(repository, cwd), checkProject)).flat()
  ]
  const problems = findings.filter(({ status }) => status === "problem")
  if (json) output.document({ ok: problems.length === 0, findings })
  else findings.flatMap((finding) => lines(finding, output.dataStyle)).forEach(output.data)
  if (problems.length > 0) return yield* new ExitWith({ code: exitCodes.environment, message: "" })
})
