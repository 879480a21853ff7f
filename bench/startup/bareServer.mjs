// A server of node:http alone, which says where it is and answers /health.
import { createServer } from "node:http"
const server = createServer((request, response) => {
  response.writeHead(request.url === "/health" ? 200 : 404, { "content-type": "application/json" })
  response.end('{"status":"ok"}')
})
server.listen(0, "127.0.0.1", () => {
  process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${server.address().port}` })}\n`)
})
