/**
 * The workflows that a host knows, found by name or by id.
 *
 * An embedder adds its own beside the built-in one. Old versions stay as long as executions of them may exist.
 */
import { Context, Effect, Layer, Schema } from "effect"
import { devteamAutomation } from "./devteamAutomation.ts"
import { type Workflow, workflowId } from "./Workflow.ts"

/** No workflow of that name or id, or for that type of event; `known` lists what there is of the same kind. */
export class UnknownWorkflow extends Schema.TaggedError<UnknownWorkflow>()("UnknownWorkflow", {
  by: Schema.Literals(["name", "event"]),
  asked: Schema.String,
  known: Schema.Array(Schema.String)
}) {
  override get message(): string {
    const known = this.known.join(", ")
    return this.by === "event"
      ? `Events of the type "${this.asked}" start no workflow. Types that do are ${known}.`
      : `There is no workflow "${this.asked}". Known are ${known}.`
  }
}

/** The registry. */
export interface WorkflowsShape {
  /** By id (`DEVTEAM_AUTOMATION@1`), or by name: its newest version. */
  readonly find: (nameOrId: string) => Effect.Effect<Workflow, UnknownWorkflow>
  /** The workflow that an event of this type starts. */
  readonly forEvent: (type: string) => Effect.Effect<Workflow, UnknownWorkflow>
  readonly ids: ReadonlyArray<string>
}

/** Two definitions with one id are a mistake of the host; the first would hide the second. */
const rejectDuplicates = (workflows: ReadonlyArray<Workflow>): void => {
  const ids = workflows.map(workflowId)
  const twice = ids.find((id, index) => ids.indexOf(id) !== index)
  if (twice !== undefined)
    throw new Error(`Two workflows have the id ${twice}. Give one of them another version.`)
}

/** Makes a registry of the given workflows. Throws when two have one id. */
export const makeWorkflows = (workflows: ReadonlyArray<Workflow>): WorkflowsShape => {
  rejectDuplicates(workflows)
  const newestFirst = workflows.toSorted((a, b) => b.version - a.version)
  const ids = workflows.map(workflowId)
  const known = { name: ids, event: [...new Set(workflows.flatMap(({ startedBy }) => startedBy))] }
  const found = (by: "name" | "event", asked: string, workflow: Workflow | undefined) =>
    workflow === undefined
      ? Effect.fail(new UnknownWorkflow({ by, asked, known: known[by] }))
      : Effect.succeed(workflow)
  return {
    ids,
    find: (asked) =>
      found(
        "name",
        asked,
        newestFirst.find((workflow) => workflowId(workflow) === asked || workflow.name === asked)
      ),
    forEvent: (type) =>
      found(
        "event",
        type,
        newestFirst.find((workflow) => workflow.startedBy.includes(type))
      )
  }
}

/** See {@link WorkflowsShape}. */
export class Workflows extends Context.Service<Workflows, WorkflowsShape>()("@devteam/core/Workflows") {
  /** The built-in workflow and a host's own. */
  static readonly layer = (own: ReadonlyArray<Workflow> = []): Layer.Layer<Workflows> =>
    Layer.sync(Workflows, () => makeWorkflows([devteamAutomation, ...own]))
}
