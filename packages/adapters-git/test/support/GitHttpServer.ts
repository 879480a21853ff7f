/**
 * A git server over smart HTTP on 127.0.0.1: `git http-backend` behind node:http, with one user and password.
 *
 * A client that goes away does not stop the backend, as on a real server: a push may land after its pusher's death.
 */
import { execFileSync, spawn } from "node:child_process"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import { chmod, mkdir, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"

/** What the server serves, and to whom. Without a password everybody may read and push. */
export interface GitHttpServerOptions {
  /** A directory of bare repositories. */
  readonly root: string
  readonly username?: string
  readonly password?: string
}

/** A running server. `url` has no trailing slash: `${url}/shop.git`. */
export interface GitHttpServer {
  readonly url: string
  /** `METHOD path?query` of every request, in order. */
  readonly requests: ReadonlyArray<string>
  /** Answers the next requests with this instead, until it is set to undefined. */
  intercept: ((request: IncomingMessage, response: ServerResponse) => boolean) | undefined
  /** Resolves when no backend runs any more, also none whose client went away. */
  readonly settled: () => Promise<void>
  readonly close: () => Promise<void>
}

const isAllowed = (request: IncomingMessage, { password, username }: GitHttpServerOptions): boolean => {
  if (password === undefined) return true
  const expected = `Basic ${Buffer.from(`${username ?? "git"}:${password}`).toString("base64")}`
  return request.headers.authorization === expected
}

const backend = (request: IncomingMessage, response: ServerResponse, root: string): Promise<void> => {
  const url = new URL(request.url ?? "/", "http://localhost")
  const header = (name: string) => request.headers[name]?.toString()
  const child = spawn("git", ["http-backend"], {
    stdio: ["pipe", "pipe", "ignore"],
    env: {
      PATH: process.env["PATH"],
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_CONFIG_GLOBAL: "/dev/null",
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: "1",
      REMOTE_USER: "tester",
      REMOTE_ADDR: "127.0.0.1",
      REQUEST_METHOD: request.method,
      PATH_INFO: decodeURIComponent(url.pathname),
      QUERY_STRING: url.search.slice(1),
      CONTENT_TYPE: header("content-type") ?? "",
      ...(header("content-length") === undefined ? {} : { CONTENT_LENGTH: header("content-length") }),
      ...(header("content-encoding") === undefined
        ? {}
        : { HTTP_CONTENT_ENCODING: header("content-encoding") }),
      ...(header("git-protocol") === undefined ? {} : { GIT_PROTOCOL: header("git-protocol") })
    }
  })
  child.stdin.on("error", () => {})
  request.pipe(child.stdin)
  let head: Buffer | undefined = Buffer.alloc(0)
  child.stdout.on("data", (chunk: Buffer) => {
    if (head === undefined) return void response.write(chunk)
    head = Buffer.concat([head, chunk])
    const end = head.indexOf("\r\n\r\n")
    if (end === -1) return
    let status = 200
    for (const line of head.subarray(0, end).toString("latin1").split("\r\n")) {
      const colon = line.indexOf(":")
      const [name, value] = [line.slice(0, colon), line.slice(colon + 1).trim()]
      if (name.toLowerCase() === "status") status = Number(value.slice(0, 3))
      else response.setHeader(name, value)
    }
    response.writeHead(status)
    response.write(head.subarray(end + 4))
    head = undefined
  })
  child.stdout.on("end", () => response.end())
  return new Promise((resolve) => child.on("close", () => resolve()))
}

/** Starts a server on a free port. */
export const startGitHttpServer = async (options: GitHttpServerOptions): Promise<GitHttpServer> => {
  const requests: Array<string> = []
  const backends = new Set<Promise<void>>()
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`)
    response.on("error", () => {})
    if (handle.intercept?.(request, response) === true) return
    if (isAllowed(request, options)) {
      const running = backend(request, response, options.root)
      backends.add(running)
      void running.then(() => backends.delete(running))
      return
    }
    response.writeHead(401, { "www-authenticate": 'Basic realm="git"' }).end()
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const address = server.address()
  if (address === null || typeof address === "string") throw new Error("the server has no port")
  const handle: GitHttpServer = {
    url: `http://127.0.0.1:${address.port}`,
    requests,
    intercept: undefined,
    settled: async () => {
      while (backends.size > 0) await Promise.all(backends)
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      })
  }
  return handle
}

/** Makes an empty bare repository that takes pushes over HTTP. */
export const createBareRepository = (directory: string, branch = "main"): void => {
  const env = { PATH: process.env["PATH"], GIT_CONFIG_NOSYSTEM: "1", GIT_CONFIG_GLOBAL: "/dev/null" }
  execFileSync("git", ["init", "--quiet", "--bare", "-b", branch, directory], { env })
  execFileSync("git", ["--git-dir", directory, "config", "http.receivepack", "true"], { env })
}

/** Installs a server-side hook (a shell script's body), or removes it. */
export const setHook = async (
  repository: string,
  name: "pre-receive" | "update" | "post-receive",
  body: string | undefined
): Promise<void> => {
  const file = join(repository, "hooks", name)
  if (body === undefined) return rm(file, { force: true })
  await mkdir(join(repository, "hooks"), { recursive: true })
  await writeFile(file, `#!/bin/sh\n${body}\n`)
  await chmod(file, 0o755)
}

/** A hook body that waits between nothing and half a second before it lets the push pass. */
export const slowHook = (milliseconds: number): string => `sleep ${(milliseconds / 1_000).toFixed(3)}`
