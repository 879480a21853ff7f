/**
 * Writes packages/client/src/api.ts, the client's types, from packages/adapters-http/openapi.json.
 *
 * It knows the part of JSON Schema that the document uses, and fails at anything else: a type that is silently too
 * wide would be worse than none.
 */
import { execFileSync } from "node:child_process"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"

const root = join(import.meta.dirname, "..")

/** Where the document lies. */
export const documentPath = join(root, "packages", "adapters-http", "openapi.json")
/** Where the types lie. */
export const clientTypesPath = join(root, "packages", "client", "src", "api.ts")

interface JsonSchema {
  readonly $ref?: string
  readonly type?: string | ReadonlyArray<string>
  readonly enum?: ReadonlyArray<unknown>
  readonly anyOf?: ReadonlyArray<JsonSchema>
  readonly oneOf?: ReadonlyArray<JsonSchema>
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: ReadonlyArray<string>
  readonly additionalProperties?: boolean | JsonSchema
  readonly items?: boolean | JsonSchema
  readonly prefixItems?: ReadonlyArray<JsonSchema>
  readonly description?: string
}
interface Parameter {
  readonly name: string
  readonly in: string
  readonly required?: boolean
  readonly schema: JsonSchema
}
interface Operation {
  readonly summary?: string
  readonly description?: string
  readonly parameters?: ReadonlyArray<Parameter>
  readonly requestBody?: { readonly content: Content }
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>
}
type Content = Readonly<Record<string, { readonly schema: JsonSchema }>>
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, JsonSchema>> }
}

const union = (types: ReadonlyArray<string>): string => [...new Set(types)].join(" | ")
const comment = (text: string | undefined): string =>
  text === undefined ? "" : `/** ${text.replaceAll("*/", "* /")} */\n`
const keyOf = (name: string): string => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name))

const field = (name: string, type: string, required: boolean, description?: string): string =>
  `${comment(description)}readonly ${keyOf(name)}${required ? "" : "?"}: ${type}${required ? "" : " | undefined"}`

const objectType = ({ properties = {}, required = [], additionalProperties }: JsonSchema): string => {
  const fields = Object.entries(properties).map(([name, schema]) =>
    field(name, typeOf(schema), required.includes(name), schema.description)
  )
  if (fields.length > 0) return `{ ${fields.join("\n")} }`
  const values = typeof additionalProperties === "object" ? typeOf(additionalProperties) : "unknown"
  return `Readonly<Record<string, ${values}>>`
}

const arrayType = ({ items, prefixItems = [] }: JsonSchema): string => {
  const rest = typeof items === "object" ? typeOf(items) : undefined
  if (prefixItems.length === 0) return `ReadonlyArray<${rest ?? "unknown"}>`
  return `readonly [${[...prefixItems.map(typeOf), ...(rest === undefined ? [] : [`...ReadonlyArray<${rest}>`])].join(", ")}]`
}

const primitives: Readonly<Record<string, string>> = {
  string: "string",
  integer: "number",
  number: "number",
  boolean: "boolean",
  null: "null"
}

const typeOf = (schema: JsonSchema): string => {
  if (schema.$ref !== undefined) return schema.$ref.replace("#/components/schemas/", "")
  const parts = schema.anyOf ?? schema.oneOf
  if (parts !== undefined) return union(parts.map(typeOf))
  if (schema.enum !== undefined) return union(schema.enum.map((value) => JSON.stringify(value)))
  if (Array.isArray(schema.type)) return union(schema.type.map((type: string) => typeOf({ ...schema, type })))
  if (schema.type === "object") return objectType(schema)
  if (schema.type === "array") return arrayType(schema)
  if (schema.type === undefined && !("allOf" in schema) && !("not" in schema)) return "unknown"
  const primitive = primitives[String(schema.type)]
  if (primitive === undefined) throw new Error(`There is no type for ${JSON.stringify(schema)}.`)
  return primitive
}

/** In an address numbers may be given as such. */
const addressType = (schema: JsonSchema): string => {
  const type = typeOf(schema)
  return type === "string" ? "string | number" : type
}

const inputType = ({ parameters = [], requestBody }: Operation): string => {
  const of = (place: string) => parameters.filter((parameter) => parameter.in === place)
  const group = (name: string): ReadonlyArray<string> => {
    const members = of(name)
    if (members.length === 0) return []
    const fields = members.map((member) =>
      field(member.name, addressType(member.schema), member.required === true)
    )
    const required = members.some((member) => member.required === true)
    return [field(name, `{ ${fields.join("\n")} }`, required)]
  }
  const hasKey = of("header").some(({ name }) => name === "idempotency-key")
  const body = requestBody?.content["application/json"]
  const fields = [
    ...group("path"),
    ...group("query"),
    ...(body === undefined ? [] : [field("body", typeOf(body.schema), true)]),
    ...(hasKey ? [field("idempotencyKey", "string", false)] : [])
  ]
  return fields.length === 0 ? "{}" : `{ ${fields.join("\n")} }`
}

const answerType = ({ responses }: Operation): string =>
  union(
    Object.values(responses).flatMap(({ content = {} }) =>
      Object.entries(content).flatMap(([mediaType, { schema }]) => {
        if (mediaType === "application/problem+json") return []
        return [mediaType === "application/json" ? typeOf(schema) : "string"]
      })
    )
  )

const sentence = (text: string): string => (/[.?]$/.test(text) ? text : `${text}.`)

const operationField = (path: string, method: string, operation: Operation): string => {
  const text = [operation.summary, operation.description]
    .filter((part) => part !== undefined)
    .map(sentence)
    .join(" ")
  const type = `{ readonly input: ${inputType(operation)}\n readonly answer: ${answerType(operation)} }`
  return field(`${method.toUpperCase()} ${path}`, type, true, text)
}

/** The file's text. */
export const clientTypes = ({ paths, components }: Document): string => {
  const types = Object.entries(components.schemas).map(
    ([name, schema]) => `${comment(schema.description ?? `${name}.`)}export type ${name} = ${typeOf(schema)}`
  )
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => operationField(path, method, operation))
  )
  const text = [
    "/**\n * The API's types. Written by scripts/clientTypes.ts from packages/adapters-http/openapi.json; do not edit.\n */",
    ...types,
    "/** Every call of the API: what goes in, and what is answered. */",
    `export interface Operations { ${operations.join("\n")} }`
  ].join("\n\n")
  const formatter = join(root, "node_modules", ".bin", "oxfmt")
  return execFileSync(formatter, ["--stdin-filepath", clientTypesPath], {
    input: text,
    encoding: "utf8",
    cwd: root
  })
}

/** The types that the document on disk gives. */
export const currentClientTypes = (): string =>
  clientTypes(JSON.parse(readFileSync(documentPath, "utf8")) as Document)

if (process.argv[1] === import.meta.filename) writeFileSync(clientTypesPath, currentClientTypes())
