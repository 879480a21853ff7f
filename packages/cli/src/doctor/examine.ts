/**
 * `devteam doctor`: all checks, one line each, with what to do.
 */
import { checkDataDirectory, checkGit, checkRemote, checkSandbox, type Finding } from "@devteam/runner/doctor"
import { resolveRepository } from "@devteam/runner/repositoryArgument"
import { userIdentity } from "@devteam/runner/userIdentity"
import { Effect } from "effect"
import { exitCodes, ExitWith } from "../ExitWith.ts"
import { Invocation } from "../Invocation.ts"
import { withMachine, withStores } from "../runtime.ts"
import type { Style } from "../terminal/style.ts"

/** What to look at. */
export interface DoctorOptions {
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

const checkRepository = Effect.fnUntraced(function* (argument: string) {
  const { cwd, secrets } = yield* Invocation
  return yield* resolveRepository(argument, cwd).pipe(
    Effect.tap((repository) => Effect.sync(() => secrets.add(repository.secrets))),
    Effect.flatMap(checkRemote),
    Effect.catch((error) =>
      Effect.succeed<ReadonlyArray<Finding>>([{ check: "remote", status: "problem", found: error.message }])
    )
  )
})

const lines = ({ check, status, found, fix }: Finding, style: Style): ReadonlyArray<string> => {
  const mark = { ok: style.good("✓"), warning: style.warn("!"), problem: style.bad("✗") }[status]
  return [`${mark} ${check}: ${found}`, ...(fix === undefined ? [] : [`    ${fix}`])]
}

/** Makes all checks. Ends with 5 when one of them found a problem. */
export const examine = Effect.fn("examine")(function* ({ repository, dataDirectory, json }: DoctorOptions) {
  const { cwd, output } = yield* Invocation
  const directory = yield* checkDataDirectory(dataDirectory)
  const usable = directory.status !== "problem"
  const findings: ReadonlyArray<Finding> = [
    { check: "node", status: "ok", found: process.versions.node },
    yield* checkGit,
    directory,
    ...(usable ? [yield* checkDatabase(dataDirectory)] : []),
    ...(usable ? yield* withMachine({ dataDirectory }, checkSandbox) : []),
    yield* checkIdentity(cwd),
    ...(repository === undefined ? [] : yield* checkRepository(repository))
  ]
  const problems = findings.filter(({ status }) => status === "problem")
  if (json) output.document({ ok: problems.length === 0, findings })
  else findings.flatMap((finding) => lines(finding, output.dataStyle)).forEach(output.data)
  if (problems.length > 0) return yield* new ExitWith({ code: exitCodes.environment, message: "" })
})
