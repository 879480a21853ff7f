/**
 * DEVTEAM_AUTOMATION: from a task list to pushed commits, task by task.
 */
import { next } from "../execution/next.ts"
import { stepTable } from "../steps/stepTable.ts"
import type { Workflow } from "./Workflow.ts"

/** The workflow that this project exists for. */
export const devteamAutomation: Workflow = {
  name: "DEVTEAM_AUTOMATION",
  version: 1,
  description: "Works through a repository's task list: select, implement, verify, merge, push, tick.",
  startedBy: ["devteam.automation.requested"],
  next,
  steps: stepTable
}
