/**
 * Serves the page, and hands its WebSocket on to DevTeam Runner.
 *
 *   node page.js http://127.0.0.1:4600 [port]
 *
 * Pages of other origins may not use the runner, so page and WebSocket have to come from one address: this is what a
 * reverse proxy does, in fifty lines. It knows no token; who opens the page has to enter it.
 */
import { readFileSync } from "node:fs"
import { createServer } from "node:http"
import { connect } from "node:net"
import process from "node:process"

const [target = "http://127.0.0.1:4600", port = "8080"] = process.argv.slice(2)
const runner = new URL(target)
const client = new URL("./", import.meta.resolve("@devteam/client/client"))

const csp =
  "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'unsafe-inline'; connect-src 'self'"

const send = (response, file, type) => {
  try {
    response.writeHead(200, { "content-type": type, "content-security-policy": csp }).end(readFileSync(file))
  } catch {
    response.writeHead(404).end()
  }
}

const server = createServer((request, response) => {
  const { pathname } = new URL(request.url, "http://page")
  if (pathname === "/")
    return send(response, new URL("index.html", import.meta.url), "text/html; charset=utf-8")
  const [, module] = /^\/client\/([A-Za-z]+\.js)$/.exec(pathname) ?? []
  if (module === undefined) return response.writeHead(404).end()
  send(response, new URL(module, client), "text/javascript")
})

server.on("upgrade", (request, socket, head) => {
  const upstream = connect(Number(runner.port || 80), runner.hostname)
  const headers = []
  for (let at = 0; at < request.rawHeaders.length; at += 2) {
    headers.push(`${request.rawHeaders[at]}: ${request.rawHeaders[at + 1]}`)
  }
  // As it came, with its Host and Origin: the runner compares the two.
  upstream.write(`GET ${request.url} HTTP/1.1\r\n${headers.join("\r\n")}\r\n\r\n`)
  upstream.write(head)
  upstream.pipe(socket).pipe(upstream)
  upstream.on("error", () => socket.destroy())
  socket.on("error", () => upstream.destroy())
  socket.on("close", () => upstream.destroy())
})

server.listen(Number(port), "127.0.0.1", () => {
  console.log(`open http://127.0.0.1:${server.address().port}/`)
})
