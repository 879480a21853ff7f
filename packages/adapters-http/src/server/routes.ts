/**
 * Which paths there are, and with which methods: for the answers to requests that fit none, and for the two spellings
 * of a project's id.
 */
import { HttpApi, HttpApiEndpoint } from "effect/http-api"
import { Api } from "../contract/Api.ts"

interface Route {
  readonly method: string
  readonly path: string
  readonly pattern: RegExp
}

const patternOf = (path: string): RegExp => {
  const pattern = path.replace(/\/$/, "").replaceAll(".", "\\.").replace(/:\w+/g, "[^/]+")
  return new RegExp(`^${pattern}/?$`)
}

const routeOf = (method: string, path: string): Route => ({ method, path, pattern: patternOf(path) })

const declared = (): ReadonlyArray<Route> => {
  const found: Array<Route> = []
  HttpApi.reflect(Api, {
    onGroup: () => {},
    onEndpoint: ({ endpoint }: { readonly endpoint: HttpApiEndpoint.Top }) => {
      found.push(routeOf(endpoint.method, endpoint.path))
    }
  })
  return found
}

/** Every route of the server. */
export const routes: ReadonlyArray<Route> = [
  ...declared(),
  routeOf("GET", "/openapi.json"),
  routeOf("GET", "/docs")
]

/** Beginnings of paths whose last part is a project's id. */
const projectPrefixes = routes
  .filter(({ path }) => path.endsWith("/:projectId"))
  .map(({ path }) => path.slice(0, -":projectId".length))

/** `…/acme/shop` as `…/acme%2Fshop`; any other target stays. */
export const withEncodedProject = (target: string): string => {
  const [path = "", ...query] = target.split("?")
  const prefix = projectPrefixes.find((candidate) => path.startsWith(candidate))
  if (prefix === undefined) return target
  const parts = path.slice(prefix.length).split("/")
  const [first, second] = parts
  if (parts.length !== 2 || !first || !second) return target
  return [`${prefix}${first}%2F${second}`, ...query].join("?")
}

/** The methods that a path has; none where there is no such path. GET gives HEAD. */
export const methodsOf = (target: string): ReadonlyArray<string> => {
  const path = target.split("?")[0] ?? ""
  const methods = routes.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method)
  return [...new Set(methods.flatMap((method) => (method === "GET" ? ["GET", "HEAD"] : [method])))]
}
