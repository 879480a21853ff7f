/**
 * `devteam serve` as a process, and asking it.
 */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { type Running, startDevteam } from "../../../../test/support/devteamCommand.ts"
import type { Sample } from "../../../../test/support/sampleRepository.ts"
import type { ScriptedAgent } from "../../../../test/support/scriptedAgent.ts"

/** The fields of answers that tests look at. */
export interface Body {
  readonly status?: string
  readonly executionId?: string
  readonly type?: string
  readonly currentStep?: string | null
  readonly currentTask?: { readonly id: string } | null
  readonly completed?: ReadonlyArray<{ readonly id: string; readonly commit: string }>
  readonly [field: string]: unknown
}

/** An answer, read. */
export interface Answer {
  readonly status: number
  readonly text: string
  readonly body: Body
  readonly headers: Headers
}

/** A server that runs. */
export interface Serving {
  readonly running: Running
  readonly url: string
  readonly token: string
  readonly ask: (
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>
  ) => Promise<Answer>
  /** Starts the sample's project; quick to verify. */
  readonly initialize: (headers?: Record<string, string>, more?: object) => Promise<Answer>
  /** Asks for the status until it holds. */
  readonly until: (holds: (status: Body) => boolean) => Promise<Body>
}

export const project = "acme/shop"

/** Starts a server on a free port and waits until it listens. */
export const serve = async (
  sample: Sample,
  agent: ScriptedAgent,
  words: ReadonlyArray<string> = []
): Promise<Serving> => {
  const { data, directory, remote } = sample
  const running = startDevteam(
    [
      "serve",
      "--port",
      "0",
      "--data",
      data,
      "--allow-repo",
      remote,
      "--json",
      ...words,
      "--agent",
      "command",
      "--",
      agent.program,
      "{prompt}"
    ],
    { directory }
  )
  let out = ""
  running.child.stdout?.on("data", (chunk: string) => (out += chunk))
  await running.says("stdout", /^\{.*\}\n/)
  const { url } = JSON.parse(out.split("\n")[0] ?? "{}") as { readonly url: string }
  const token = words.includes("--no-auth") ? "" : readFileSync(join(data, "token"), "utf8").trim()
  const ask: Serving["ask"] = async (method, path, body, headers = {}) => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        ...(token === "" ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) })
    })
    const text = await response.text()
    const json = /json/.test(response.headers.get("content-type") ?? "")
    return {
      status: response.status,
      text,
      body: json && text !== "" ? (JSON.parse(text) as Body) : {},
      headers: response.headers
    }
  }
  return {
    running,
    url,
    token,
    ask,
    initialize: (headers, more = {}) =>
      ask(
        "POST",
        "/api/devteam/automation/initialize",
        {
          projectId: project,
          repository: { url: remote },
          options: { verify: [["sh", "check.sh"]] },
          ...more
        },
        headers
      ),
    until: async (holds) => {
      for (;;) {
        const { body } = await ask("GET", `/api/devteam/automation/status/${project}`)
        if (holds(body)) return body
        if (body.status === "error") throw new Error(JSON.stringify(body))
        await new Promise((resolve) => setTimeout(resolve, 25))
      }
    }
  }
}
