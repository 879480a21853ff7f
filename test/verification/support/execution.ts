/**
 * One execution in this process over real git, the local sandbox and the command agent, with a PATH of the test's own.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { delimiter, join } from "node:path"
import type { Event } from "@devteam/core/execution/Event"
import type { Execution } from "@devteam/core/execution/State"
import { CorrelationId, type ExecutionId, ProjectId } from "@devteam/core/model/Ids"
import { Artifacts } from "@devteam/core/ports/Artifacts"
import { Journal } from "@devteam/core/ports/Journal"
import { Receipt } from "@devteam/core/receipt/Receipt"
import { decideOnTask } from "@devteam/core/worker/decideOnTask"
import { drive } from "@devteam/core/worker/drive"
import { request } from "@devteam/core/worker/request"
import { start } from "@devteam/core/worker/start"
import { embeddedLayer } from "@devteam/runner/layers/embedded"
import { type RunSettings, toSettings } from "@devteam/runner/RunSettings"
import { Effect, Layer, Logger, Option, Schema } from "effect"
import { makeBareRemote } from "../../support/bareRemote.ts"
import { linkTools } from "../../support/linkTools.ts"

/** A project with its remote; `dispose` removes everything. */
export interface Project {
  readonly directory: string
  readonly remote: string
  readonly dispose: () => void
}

/** How often the agent of a project was called. */
export const callsOf = ({ directory }: Project): number => {
  const file = join(directory, "calls")
  return existsSync(file) ? readFileSync(file, "utf8").trim().split("\n").length : 0
}

/** Makes a project of `files`. `agent` is a shell script, told the task by `DEVTEAM_TASK_ID`. */
export const makeProject = (files: Readonly<Record<string, string>>, agent: string): Project => {
  const directory = mkdtempSync(join(tmpdir(), "devteam-verification-"))
  writeFileSync(
    join(directory, "agent.sh"),
    `#!/bin/sh\necho called >> "$(dirname "$0")/calls"\n${agent}\n`,
    { mode: 0o755 }
  )
  return {
    directory,
    remote: makeBareRemote(directory, files),
    dispose: () => rmSync(directory, { recursive: true, force: true, maxRetries: 5 })
  }
}

const carried = /^(?:(?:https?|all|no)_proxy|node_extra_ca_certs|ssl_cert_(?:file|dir)|npm_config_registry)$/i

/** The caller's environment as far as a package manager needs it, with `bin` before everything else in PATH. */
export const environmentWith = (
  home: string,
  bin: ReadonlyArray<string>
): Readonly<Record<string, string>> => ({
  ...Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      carried.test(name) && value !== undefined ? [[name, value] as const] : []
    )
  ),
  HOME: home,
  PATH: [...bin, process.env["PATH"] ?? ""].join(delimiter)
})

/** How an execution rests. */
export interface Rested {
  readonly executionId: ExecutionId
  readonly state: Execution
  readonly events: ReadonlyArray<Event>
  readonly receipts: Readonly<Record<string, Receipt>>
}

const decodeReceipt = Schema.decodeUnknownEffect(Schema.fromJsonString(Receipt))

const look = Effect.fnUntraced(function* (executionId: ExecutionId) {
  const journal = yield* Journal
  const artifacts = yield* Artifacts
  const state = yield* journal.load(executionId)
  const records = yield* journal.records(executionId, 0)
  const receipts: Record<string, Receipt> = {}
  for (const { outcome, rounds, taskId } of state.outcomes) {
    if (outcome !== "completed") continue
    const key = { taskId, round: rounds, kind: "receipt.json" }
    const bytes = yield* artifacts.get(executionId, key, "public")
    if (Option.isSome(bytes)) receipts[taskId] = yield* decodeReceipt(new TextDecoder().decode(bytes.value))
  }
  const rested: Rested = { executionId, state, events: records.map(({ event }) => event), receipts }
  return rested
})

/** A folder with nothing but what every project needs, to be all of PATH: no pnpm, no Yarn, no bun. */
export const bareTools = ({ directory }: Pick<Project, "directory">): string =>
  linkTools(join(directory, "bare"), ["git", "node", "npm", "sh", "touch"])

/** Before the caller's PATH, or instead of it. */
export type Path = ReadonlyArray<string> | { readonly only: string }

const environmentOf = ({ directory }: Project, path: Path): Readonly<Record<string, string>> =>
  "only" in path ? { ...environmentWith(directory, []), PATH: path.only } : environmentWith(directory, path)

const layerOf = (project: Project, path: Path) =>
  Layer.merge(
    embeddedLayer({
      dataDirectory: join(project.directory, "data"),
      protocols: ["file"],
      environment: environmentOf(project, path)
    }),
    Logger.layer([])
  )

/** Starts an execution of the whole list and drives it until it rests. */
export const execute = (
  project: Project,
  settings: Partial<RunSettings> = {},
  path: Path = []
): Promise<Rested> =>
  Effect.gen(function* () {
    const { executionId } = yield* start({
      projectId: ProjectId.make("sample/shop"),
      settings: toSettings({
        url: project.remote,
        agent: { id: "command", argv: [join(project.directory, "agent.sh")], env: [] },
        identity: { name: "DevTeam", email: "devteam@example.com" },
        ...settings
      }),
      scope: { _tag: "List" },
      boundTo: "cli",
      correlationId: CorrelationId.make("verification"),
      workflow: "DEVTEAM_AUTOMATION"
    })
    yield* drive(executionId)
    return yield* look(executionId)
  }).pipe(Effect.provide(layerOf(project, path)), Effect.runPromise)

/** Skips a task as a person does. */
export const skip = (
  project: Project,
  { state }: Rested,
  task: { readonly id: string; readonly title: string }
): Promise<unknown> =>
  decideOnTask(state.projectId, {
    decision: "skip",
    taskId: task.id,
    title: task.title,
    by: "test",
    boundTo: "cli",
    correlationId: state.correlationId
  }).pipe(Effect.provide(layerOf(project, [])), Effect.runPromise)

/** Resumes an execution, and drives it until it rests again. */
export const resume = (project: Project, { executionId, state }: Rested): Promise<Rested> =>
  Effect.gen(function* () {
    yield* request(state.projectId, { _tag: "Resume", by: "test" })
    yield* drive(executionId)
    return yield* look(executionId)
  }).pipe(Effect.provide(layerOf(project, [])), Effect.runPromise)
