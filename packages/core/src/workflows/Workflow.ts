/**
 * A workflow: a named, versioned definition of what comes next and how each step is run.
 *
 * The lifecycle, the journal and the worker are the same for all; an execution keeps the version that it began with.
 */
import type { Directive } from "../execution/next.ts"
import type { State } from "../execution/State.ts"
import type { StepName } from "../model/Step.ts"
import type { StepDefinition } from "../steps/stepTable.ts"

/** See the module's paragraph. `id` is `name@version`; events of the types in `startedBy` start it. */
export interface Workflow {
  readonly name: string
  readonly version: number
  readonly description: string
  readonly startedBy: ReadonlyArray<string>
  readonly next: (state: State) => Directive
  readonly steps: Partial<Record<StepName, StepDefinition>>
}

/** A workflow's id. */
export const workflowId = ({ name, version }: Pick<Workflow, "name" | "version">): string =>
  `${name}@${version}`
