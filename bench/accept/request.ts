/**
 * The requests of the benchmark: one event for one project each, so that every one starts an execution.
 */

/** The bearer token of both servers. */
export const token = "a-token-for-a-benchmark-0123456789"

/** The project of the nth request. */
export const projectOf = (index: number): string => `bench/project-${index}`

/** Its body. */
export const bodyOf = (index: number): string =>
  JSON.stringify({
    id: `event-${index}`,
    type: "devteam.automation.requested",
    projectId: projectOf(index),
    source: "bench",
    data: { reason: "A person pressed a button.", ticket: index },
    options: {
      taskList: "TASKS.md",
      verify: [
        ["npm", "ci"],
        ["npm", "run", "build"]
      ]
    }
  })
