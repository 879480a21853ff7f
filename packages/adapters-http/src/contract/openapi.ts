/**
 * The OpenAPI document: what the server serves, and what `openapi.json` is written from.
 */
import { OpenApi } from "effect/http-api"
import { Api } from "./Api.ts"

/** Equal schemas that differ only by their status are one component. */
const withOneProblem = (document: object): object => {
  const text = JSON.stringify(document).replace(
    /"#\/components\/schemas\/Problem_\d+"/g,
    '"#/components/schemas/Problem"'
  )
  return JSON.parse(text, (key: string, value: unknown) =>
    /^Problem_\d+$/.test(key) ? undefined : value
  ) as object
}

/** The document. Made anew at every call. */
export const openApiDocument = (): object => withOneProblem(OpenApi.fromApi(Api))
