/**
 * The load: a fixed number of connections that each send their next request as soon as the last one was answered.
 *
 * Plain node:http with an agent that keeps its connections alive; the same for both servers. The connections are those
 * of the agent, so that a warm-up opens them and a measurement does not.
 */
import { Agent, request } from "node:http"
import { bodyOf, token } from "./request.ts"

/** What a load came to. Latencies in milliseconds, one a request. */
export interface Load {
  readonly ms: number
  readonly latencies: ReadonlyArray<number>
}

const send = (agent: Agent, port: number, index: number): Promise<number> =>
  new Promise((resolve, reject) => {
    const body = bodyOf(index)
    const began = performance.now()
    const sent = request(
      {
        agent,
        host: "127.0.0.1",
        port,
        method: "POST",
        path: "/events",
        headers: {
          authorization: `Bearer ${token}`,
          "content-type": "application/json",
          "content-length": Buffer.byteLength(body),
          "idempotency-key": `key-${index}`
        }
      },
      (response) => {
        let text = ""
        response.setEncoding("utf8").on("data", (chunk: string) => {
          text += chunk
        })
        response.on("end", () => {
          if (response.statusCode === 202) resolve(performance.now() - began)
          else reject(new Error(`answered ${response.statusCode}: ${text}`))
        })
      }
    )
    sent.on("error", reject)
    sent.end(body)
  })

/** Makes the connections' agent; to be destroyed. */
export const connect = (connections: number): Agent => new Agent({ keepAlive: true, maxSockets: connections })

/** Sends the requests `from` to `until` over the agent's connections, each used all the time. */
export const load = async (
  agent: Agent,
  port: number,
  { from, until }: { readonly from: number; readonly until: number }
): Promise<Load> => {
  const latencies: Array<number> = []
  let next = from
  const connection = async () => {
    while (next < until) latencies.push(await send(agent, port, next++))
  }
  const began = performance.now()
  await Promise.all(Array.from({ length: agent.maxSockets }, connection))
  return { ms: performance.now() - began, latencies }
}
