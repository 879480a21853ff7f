/**
 * What is tried of a server, one thing after the other: an event, its execution's status and frames, and its stop.
 */
import { randomUUID } from "node:crypto"
import { setTimeout as sleep } from "node:timers/promises"
import { ApiError } from "@devteam/client/ApiError"
import { type Client, createClient } from "@devteam/client/client"

/** Where, and about which project. With a repository the project is registered first. */
export interface Target {
  readonly url: string
  readonly token: string | undefined
  readonly projectId: string
  readonly repository: string | undefined
}

/** Does something under a name, and says on one line how it went and how long it took. */
export type Stage = <A>(
  name: string,
  run: (signal: AbortSignal) => Promise<readonly [A, string]>
) => Promise<A>

const ended = ["idle", "completed", "stopped", "error"]

const statusOf = async (client: Client, projectId: string) => {
  try {
    return await client.call("GET /api/devteam/automation/status/{projectId}", { path: { projectId } })
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined
    throw error
  }
}

/** Runs all stages. Rejects with what the first one failed with. */
export const tryServer = async (stage: Stage, target: Target): Promise<void> => {
  const { projectId, repository } = target
  const client = createClient({ baseUrl: target.url, token: target.token })
  const path = { projectId }

  await stage("ready", async () => {
    const { status } = await client.call("GET /ready")
    return [status, status]
  })
  await stage("project", async () => {
    if (repository !== undefined) {
      await client.call("PUT /api/devteam/projects/{projectId}", { path, body: { url: repository } })
    }
    const status = (await statusOf(client, projectId))?.status
    if (status === undefined) throw new Error(`There is no project ${projectId}. Name its --repository, too.`)
    // Its work would be joined, and then stopped.
    if (!ended.includes(status)) throw new Error(`${projectId} is ${status}. Name a project of its own.`)
    return [status, `${projectId} is ${status}`]
  })
  const executionId = await stage("event", async () => {
    const event = { id: `smoke-${randomUUID()}`, type: "devteam.automation.requested", projectId }
    const accepted = await client.call("POST /events", { body: { ...event, source: "smoke" } })
    if (accepted.executionId === undefined) throw new Error("It started nothing.")
    return [accepted.executionId, `202, execution ${accepted.executionId}`]
  })
  await stage("status", async () => {
    const found = await statusOf(client, projectId)
    if (found === undefined || !("executionId" in found) || found.executionId !== executionId) {
      throw new Error(`It is not that of ${executionId}.`)
    }
    return [found, found.status]
  })
  await stage("frame", async (signal) => {
    for await (const { type, payload } of client.watch(projectId, { after: 0, signal })) {
      if (payload["executionId"] === executionId) return [type, `${type}, ${String(payload["event"])}`]
    }
    throw new Error("None came.")
  })
  await stage("stop", async (signal) => {
    const asked = await client.call("POST /api/devteam/automation/stop/{projectId}", { path })
    for (;;) {
      const status = (await statusOf(client, projectId))?.status ?? "gone"
      if (status === "stopped") return [status, `${asked.previousStatus}, then stopped`]
      if (ended.includes(status)) throw new Error(`It is ${status}.`)
      await sleep(50, undefined, { signal })
    }
  })
}
