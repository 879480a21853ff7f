/**
 * Valid domain values for tests, each with as little in it as the schemas allow.
 *
 * Every builder takes what the test cares about and fills in the rest. Nothing here is random: equal calls give equal
 * values. No store and no layer; those are in `memory/`.
 */
import type { Event } from "../execution/Event.ts"
import { CorrelationId, ExecutionId, InstanceId, ProjectId, Sha, TaskId } from "../model/Ids.ts"
import { defaultLimits } from "../model/Limits.ts"
import type { RemoteCapabilities } from "../model/Push.ts"
import type { ExecutionSettings } from "../model/Settings.ts"
import type { StepName } from "../model/Step.ts"
import type { Task } from "../model/Task.ts"
import type { LeaseOwner } from "../ports/Leases.ts"
import { normalizeTitle } from "../tasks/identity.ts"

/** The event that is asked for. */
export type EventOf<Tag extends Event["_tag"]> = Extract<Event, { readonly _tag: Tag }>

/** 2026-01-01T00:00:00Z in epoch ms: the time that a test begins at. */
export const startedAt = Date.UTC(2026, 0, 1)

/** A project's id. */
export const projectId = (id = "acme/shop"): ProjectId => ProjectId.make(id)

/** An execution's id. */
export const executionId = (id = "execution-1"): ExecutionId => ExecutionId.make(id)

/** A correlation id. */
export const correlationId = (id = "correlation-1"): CorrelationId => CorrelationId.make(id)

/** The id of a database. */
export const instanceId = (id = "instance-1"): InstanceId => InstanceId.make(id)

/** A git object name made of one hex digit. */
export const sha = (digit = "a"): Sha => Sha.make(digit.repeat(40))

/** Settings with the default limits, the `command` agent and nothing optional. */
export const settings = (overrides: Partial<ExecutionSettings> = {}): ExecutionSettings => ({
  repository: { url: "https://example.test/acme/shop.git" },
  agent: { id: "command", argv: ["agent"], env: [] },
  prepare: [],
  requireVerify: false,
  noChange: "hold",
  onFailure: "continue",
  delivery: "main",
  skip: [],
  identity: { name: "Ada", email: "ada@example.test" },
  limits: defaultLimits,
  ...overrides
})

/** An open task without dependencies; its normalised title follows from its title. */
export const task = (overrides: Partial<Omit<Task, "id">> & { readonly id?: string } = {}): Task => {
  const { id = "1.1", title = "Add a cart", ...rest } = overrides
  return {
    id: TaskId.make(id),
    title,
    normalizedTitle: normalizeTitle(title),
    state: "open",
    optional: false,
    priority: 0,
    dependencies: [],
    path: [],
    checklist: [],
    criteria: [],
    files: [],
    notes: [],
    line: 1,
    ...rest
  }
}

/** What a remote that allows everything can do. */
export const capabilities: RemoteCapabilities = {
  fence: "custom_ref",
  fenceRef: "refs/devteam/fence/0123456789ab",
  atomic: true
}

/** The first event of every journal. */
export const executionRequested = (
  overrides: Partial<Omit<EventOf<"ExecutionRequested">, "_tag">> = {}
): EventOf<"ExecutionRequested"> => ({
  _tag: "ExecutionRequested",
  executionId: executionId(),
  projectId: projectId(),
  correlationId: correlationId(),
  instance: instanceId(),
  workflow: { name: "DEVTEAM_AUTOMATION", version: 1 },
  settings: settings(),
  scope: { _tag: "List" },
  boundTo: "service",
  ...overrides
})

/** INITIALIZE succeeded: a list of three open tasks. */
export const initialized = (
  overrides: Partial<Omit<EventOf<"Initialized">, "_tag">> = {}
): EventOf<"Initialized"> => ({
  _tag: "Initialized",
  target: "main",
  head: sha("a"),
  taskList: "tasks.md",
  template: "Do {{task}}.",
  templateSource: "built-in",
  totals: { completed: 0, total: 3 },
  capabilities,
  agentVersion: "1.0.0",
  sandbox: "local",
  warnings: [],
  ...overrides
})

/** A step began. */
export const stepStarted = (step: StepName, attempt = 1): EventOf<"StepStarted"> => ({
  _tag: "StepStarted",
  step,
  attempt
})

/** A task was selected on base `a…`. */
export const taskSelected = (
  overrides: Partial<Omit<EventOf<"TaskSelected">, "_tag">> = {}
): EventOf<"TaskSelected"> => ({
  _tag: "TaskSelected",
  task: task(),
  base: sha("a"),
  baseTree: sha("b"),
  listBlob: sha("c"),
  totals: { completed: 0, total: 3 },
  ...overrides
})

/** The whole list is done. */
export const executionCompleted: EventOf<"ExecutionCompleted"> = {
  _tag: "ExecutionCompleted",
  totals: { completed: 3, total: 3 }
}

/** A process that may hold a lease; `worker` tells two workers of one process apart. */
export const owner = (overrides: Partial<LeaseOwner> = {}): LeaseOwner => ({
  host: "host-1",
  bootId: "boot-1",
  pid: 100,
  startedAt: "1",
  worker: "worker-1",
  ...overrides
})

/** New ids at each call, for tests that share one store: `prefix` keeps suites apart. */
export const uniqueIds = (prefix: string) => {
  let last = 0
  return (): { readonly projectId: ProjectId; readonly executionId: ExecutionId } => {
    last += 1
    return {
      projectId: projectId(`${prefix}/project-${last}`),
      executionId: executionId(`${prefix}-${last}`)
    }
  }
}
