/**
 * A Fastify application with DevTeam Runner inside: its own routes come first, the runner's beside them.
 *
 *   REPOSITORY=https://github.com/acme/shop.git AGENT=/opt/my-agent npm start
 *
 * The application, its signals and its end are the service's own; the runner only does what it is told.
 */
import { resolve } from "node:path"
import process from "node:process"
import { createRunner } from "@devteam/runner/createRunner"
import { tokenFile } from "@devteam/runner/server/tokenFile"
import { fastify } from "fastify"

const { AGENT, DATA = "data", PORT = "4700", REPOSITORY } = process.env
if (REPOSITORY === undefined || AGENT === undefined) {
  console.error("Set REPOSITORY to a repository with a task list, and AGENT to a program that edits files.")
  process.exit(2)
}

const dataDirectory = resolve(DATA)
const runner = createRunner({
  dataDirectory,
  repositories: [REPOSITORY],
  agents: [{ id: "command", argv: [AGENT, "{prompt}"], env: [] }],
  identity: { name: "My Service", email: "my-service@example.com" }
})

const app = fastify()

app.get("/", async () => {
  const status = await runner.status("acme/shop")
  return { service: "mine", shop: status?.status ?? "nothing yet", progress: status?.progress ?? 0 }
})

// Before Fastify reads the body, and only where the application has no route of its own.
app.addHook("onRequest", async (request, reply) => {
  if (!request.is404 || !runner.serves(request.raw)) return
  reply.hijack()
  runner.handle(request.raw, reply.raw)
})
app.server.on("upgrade", (request, socket, head) => {
  if (runner.serves(request)) runner.upgrade(request, socket, head)
  else socket.destroy()
})
app.addHook("onReady", () => runner.start())
// Before Fastify closes its server, so that nobody is cut off in the middle of a step.
app.addHook("preClose", () => runner.stop())

const stop = () => app.close()
process.once("SIGINT", stop).once("SIGTERM", stop)

const address = await app.listen({ host: "127.0.0.1", port: Number(PORT) })
console.log(`listening on ${address}, token in ${tokenFile(dataDirectory)}`)
