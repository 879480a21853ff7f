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

/** Beginnings of paths, and what follows a project's id there: nothing, or a task's. */
const projectPaths = routes.flatMap(({ method, path }) => {
  const match = /^(.*\/):projectId(\/:taskId)?$/.exec(path)
  return match === null ? [] : [{ method, prefix: match[1] ?? "", after: match[2] === undefined ? 0 : 1 }]
})

/** `…/acme/shop` as `…/acme%2Fshop`, also before a task's id; any other target stays. */
export const withEncodedProject = (target: string, method: string): string => {
  const [path = "", ...query] = target.split("?")
  const candidates = projectPaths.filter(({ prefix }) => path.startsWith(prefix))
  const ofMethod = candidates.filter((candidate) => candidate.method === method)
  const segmentsOf = (prefix: string) => path.slice(prefix.length).split("/")
  // A method that there is not is answered as for the path that it was meant for.
  const found = (ofMethod.length === 0 ? candidates : ofMethod).find(
    ({ prefix, after }) => segmentsOf(prefix).length === 2 + after
  )
  if (found === undefined) return target
  const [first, second, ...rest] = segmentsOf(found.prefix)
  if (!first || !second || /%2f/i.test(first)) return target
  return [`${found.prefix}${[`${first}%2F${second}`, ...rest].join("/")}`, ...query].join("?")
}

/** The methods that a path has; none where there is no such path. GET gives HEAD. */
export const methodsOf = (target: string): ReadonlyArray<string> => {
  const path = target.split("?")[0] ?? ""
  const methods = routes.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method)
  return [...new Set(methods.flatMap((method) => (method === "GET" ? ["GET", "HEAD"] : [method])))]
}
