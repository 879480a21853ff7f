/**
 * A service of plain node:http with DevTeam Runner inside: its own page beside the runner's API and WebSocket.
 *
 *   REPOSITORY=https://github.com/acme/shop.git AGENT=/opt/my-agent npm start
 *
 * The server, its signals and its end are the service's own; the runner only does what it is told.
 */
import { createServer, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { resolve } from "node:path"
import process from "node:process"
import { createRunner } from "@devteam/runner/createRunner"
import { tokenFile } from "@devteam/runner/server/tokenFile"

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

const home = async (response: ServerResponse) => {
  const status = await runner.status("acme/shop").catch(() => undefined)
  response.end(`My service. Its shop: ${status?.status ?? "nothing yet"}, ${status?.progress ?? 0} % done.\n`)
}

const server = createServer((request, response) => {
  if (runner.serves(request)) runner.handle(request, response)
  else if (request.url === "/") void home(response)
  else response.writeHead(404).end("There is nothing here.\n")
})
server.on("upgrade", (request, socket, head) => {
  if (runner.serves(request)) runner.upgrade(request, socket, head)
  else socket.destroy()
})

const stop = async () => {
  await runner.stop()
  server.close()
}
process.once("SIGINT", stop).once("SIGTERM", stop)

await runner.start()
server.listen(Number(PORT), "127.0.0.1", () => {
  const { port } = server.address() as AddressInfo
  console.log(`listening on http://127.0.0.1:${port}, token in ${tokenFile(dataDirectory)}`)
})
