/**
 * Numbered requests that two processes know alike.
 */
import type { Acceptance } from "@devteam/core/ports/Intake"
import * as given from "@devteam/core/testing/given"

/** The request with that number: an event under a key, which starts an execution of a project of its own. */
export const numbered = (number: number) => {
  const projectId = given.projectId(`acceptor/project-${number}`)
  const executionId = given.executionId(`accepted-${number}`)
  const body = JSON.stringify({ id: number, projectId })
  return {
    at: given.startedAt,
    idempotency: { scope: "ada POST /events", key: String(number), fingerprint: body, ttlMs: 3_600_000 },
    event: {
      source: "ci",
      id: String(number),
      type: "DEVTEAM_AUTOMATION",
      projectId,
      correlationId: `correlation-${number}`,
      body,
      fingerprint: body
    },
    consequence: { _tag: "Create", events: [given.executionRequested({ projectId, executionId })] },
    answer: { status: 202, headers: {}, body: JSON.stringify({ executionId }) }
  } as const satisfies Acceptance
}
