/** `devteam status`. */
import type { StatusProjection } from "@devteam/core/execution/StatusProjection"
import { isEnded } from "@devteam/core/execution/Status"
import { Journal } from "@devteam/core/ports/Journal"
import { Leases } from "@devteam/core/ports/Leases"
import type { Project } from "@devteam/core/ports/Projects"
import { Projects } from "@devteam/core/ports/Projects"
import { Effect, Option } from "effect"
import * as Command from "effect/cli/Command"
import { Invocation } from "../Invocation.ts"
import { findProject, noProject } from "../projectArgument.ts"
import { resumeCommand } from "../resumeCommand.ts"
import { withStores } from "../runtime.ts"
import { projectOrAll } from "./projectName.ts"
import { sharedOptions } from "./root.ts"

const statusOf = ({ projectId }: Project) =>
  Effect.gen(function* () {
    const found = yield* (yield* Journal).status(projectId)
    return Option.getOrElse(found, () => ({ projectId, status: "idle" }))
  })

const overview = Effect.fnUntraced(function* (dataDirectory: string, json: boolean) {
  const { output } = yield* Invocation
  const projects = yield* (yield* Projects).list
  const rows = yield* Effect.forEach(projects, statusOf)
  if (json) return output.document(rows)
  if (rows.length === 0) return output.say(noProject(dataDirectory))
  const { overviewTable } = yield* Effect.promise(() => import("../status/text.ts"))
  overviewTable(rows, Date.now(), output.dataStyle).forEach(output.data)
})

const one = Effect.fnUntraced(function* (project: Project, dataDirectory: string, json: boolean) {
  const invocation = yield* Invocation
  const { output } = invocation
  const row: { readonly status: string } | StatusProjection = yield* statusOf(project)
  if (json) return output.document(row)
  if (!("executionId" in row)) return output.data(`${project.projectId} was never run.`)
  const lease = yield* (yield* Leases).holder(project.projectId)
  const { statusLines } = yield* Effect.promise(() => import("../status/text.ts"))
  const { nextSteps } = yield* Effect.promise(() => import("../run/summary.ts"))
  const { isDeadOwner } = yield* Effect.promise(() => import("@devteam/runner/host/process"))
  const owner = Option.getOrUndefined(Option.map(lease, ({ owner }) => owner))
  const state = yield* (yield* Journal).load(row.executionId)
  const resume = resumeCommand(invocation, project.projectId, dataDirectory)
  const rests = isEnded(state.status) || state.status === "paused"
  const abandoned = state.boundTo === "cli" && (owner === undefined || isDeadOwner(owner))
  const next = rests || abandoned ? nextSteps(state, resume) : []
  statusLines(row, { owner, now: Date.now(), next }, output.dataStyle).forEach(output.data)
})

/** See above. */
export const status = Command.make(
  "status",
  { project: projectOrAll },
  Effect.fnUntraced(function* ({ project }) {
    const { dataDirectory, json } = yield* sharedOptions
    const look = Option.isNone(project)
      ? overview(dataDirectory, json)
      : Effect.flatMap(findProject(project.value, dataDirectory), (found) => one(found, dataDirectory, json))
    yield* withStores(dataDirectory, look)
  })
).pipe(Command.withDescription("Show how a project stands, or all of them"))
