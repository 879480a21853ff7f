/**
 * Which package and folder may import what: the architecture as a table, held against every import.
 *
 * The longest matching folder's rule applies. A rule that ends in `/` or `:` is a prefix, any other is exact.
 */
import { globSync, readFileSync } from "node:fs"
import { dirname, join, normalize } from "node:path"
import { assert, describe, it } from "@effect/vitest"

const root = join(import.meta.dirname, "..")

/** Effect's stable modules that a pure folder may name; the root barrel exports the same. */
const pure = ["effect"]
const core = (...folders: ReadonlyArray<string>) => folders.map((folder) => `packages/core/src/${folder}/`)
const pureFolders = core(
  "model",
  "execution",
  "tasks",
  "prompt",
  "verification",
  "delivery",
  "redaction",
  "envelope",
  "receipt",
  "settings"
)

/** Folder → what it may import: specifiers of packages, or folders of this repository (ending in `/`). */
const table: Record<string, ReadonlyArray<string>> = {
  "packages/core/src/model/": pure,
  "packages/core/src/execution/": [...pure, ...core("model")],
  "packages/core/src/tasks/": [...pure, ...core("model")],
  "packages/core/src/prompt/": [...pure, ...core("model")],
  "packages/core/src/verification/": [...pure, ...core("model")],
  "packages/core/src/delivery/": [...pure, ...core("model")],
  "packages/core/src/redaction/": [...pure, ...core("model")],
  "packages/core/src/receipt/": [...pure, ...core("model")],
  // The project's file is looked through for secrets.
  "packages/core/src/settings/": [...pure, ...core("model", "redaction")],
  // Frames are views of domain events.
  "packages/core/src/envelope/": [...pure, ...core("model", "execution")],
  "packages/core/src/ports/": [...pure, ...pureFolders],
  "packages/core/src/steps/": [...pure, ...pureFolders, ...core("ports")],
  "packages/core/src/workflows/": [...pure, ...pureFolders, ...core("ports", "steps")],
  "packages/core/src/worker/": [...pure, ...pureFolders, ...core("ports", "steps", "workflows")],
  "packages/core/src/testing/": [
    ...pure,
    "effect/testing",
    "@effect/vitest",
    "vitest",
    "node:",
    "packages/core/src/"
  ],
  "packages/adapters-tasklist/src/": [...pure, "@devteam/core/", "markdown-it", "node:crypto"],
  "packages/adapters-settings/src/": [...pure, "@devteam/core/", "yaml"],
  "packages/adapters-git/src/": [...pure, "@devteam/core/", "execa", "node:"],
  "packages/adapters-sandbox/src/": [...pure, "@devteam/core/", "node:"],
  "packages/adapters-agents/src/": [...pure, "@devteam/core/", "node:"],
  "packages/adapters-sql/src/": [...pure, "effect/", "@effect/sql-pg", "@devteam/core/", "node:"],
  "packages/adapters-queue/src/": [...pure, "@devteam/core/"],
  // What clients import: schemas and endpoints, no server.
  "packages/adapters-http/src/contract/": [...pure, "effect/http-api", "effect/http", "@devteam/core/"],
  "packages/adapters-http/src/": [
    ...pure,
    "effect/",
    "@effect/platform-node/",
    "@devteam/core/",
    "ws",
    "node:"
  ],
  "packages/client/src/": [],
  "packages/runner/src/": [...pure, "effect/", "@devteam/", "node:"],
  "packages/cli/src/": [...pure, "effect/", "@effect/platform-node/", "@devteam/", "node:"]
}

/** Pure folders get neither time nor chance nor layers: everything comes in as an argument. */
const impure =
  /\b(?:Clock|Random|Layer|Date\.now|Math\.random|setTimeout|process\.(?!env\b))\b|\bnew Date\(\)/

/** Root modules of effect that are stable (their sub-barrels such as effect/sql are not). */
const isStableModule = (specifier: string): boolean => /^effect\/[A-Z][A-Za-z]*$/.test(specifier)

const importsOf = (text: string): ReadonlyArray<string> =>
  [
    ...text.matchAll(
      /^(?:import|export)\b[^"'=(;]*?\bfrom\s+"([^"]+)"|^import\s+"([^"]+)"|\bimport\("([^"]+)"\)/gm
    )
  ].map((match) => match[1] ?? match[2] ?? match[3] ?? "")

const resolved = (file: string, specifier: string): string =>
  specifier.startsWith(".") ? normalize(join(dirname(file), specifier)) : specifier

const allowed = (file: string, specifier: string, rules: ReadonlyArray<string>, own: string): boolean => {
  const target = resolved(file, specifier)
  if (target.startsWith(own)) return true
  if (isStableModule(target)) return rules.includes("effect")
  return rules.some((rule) =>
    rule.endsWith("/") || rule.endsWith(":") ? target.startsWith(rule) : target === rule
  )
}

/** Every import that the table does not allow. */
const violations = (
  files: ReadonlyArray<{ readonly file: string; readonly text: string }>
): ReadonlyArray<string> =>
  files.flatMap(({ file, text }) => {
    const own = Object.keys(table)
      .filter((folder) => file.startsWith(folder))
      .toSorted((a, b) => b.length - a.length)[0]
    if (own === undefined) return [`${file} is in no folder of the table`]
    const forbidden = importsOf(text)
      .filter((specifier) => !allowed(file, specifier, table[own] ?? [], own))
      .map((specifier) => `${file} -> ${specifier}`)
    const isPure = pureFolders.includes(own)
    const imports = text.match(/^import[^;]*?from "effect[^"]*"$/gms)?.join("\n") ?? ""
    const code = text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "").replace(/"(?:[^"\\\n]|\\.)*"/g, '""')
    return isPure && (impure.test(imports) || impure.test(code.replace(/^import[^;]*?from ""$/gms, "")))
      ? [...forbidden, `${file} uses ${impure.exec(imports)?.[0] ?? impure.exec(code)?.[0]}`]
      : forbidden
  })

const sources = globSync("packages/*/src/**/*.ts", { cwd: root }).map((file) => ({
  file,
  text: readFileSync(join(root, file), "utf8")
}))

describe("architecture", () => {
  it("imports follow the table", () => {
    assert.isAbove(sources.length, 100)
    assert.deepStrictEqual(violations(sources), [])
  })

  it("notices what is not in the table", () => {
    const planted = (file: string, text: string) => violations([{ file, text }])
    assert.lengthOf(
      planted("packages/core/src/execution/bad.ts", 'import { SqlClient } from "effect/sql"'),
      1
    )
    assert.lengthOf(
      planted("packages/core/src/model/bad.ts", 'import { next } from "../execution/next.ts"'),
      1
    )
    assert.lengthOf(planted("packages/core/src/execution/bad.ts", "export const now = () => Date.now()"), 1)
    assert.lengthOf(planted("packages/core/src/tasks/bad.ts", 'import { Layer } from "effect"'), 1)
    assert.lengthOf(
      planted("packages/adapters-git/src/bad.ts", 'import { parse } from "@devteam/adapters-tasklist/parse"'),
      1
    )
    assert.lengthOf(
      planted("packages/core/src/tasks/good.ts", 'import type { Task } from "../model/Task.ts"'),
      0
    )
  })

  it("core depends on nothing but effect", () => {
    const manifest: unknown = JSON.parse(readFileSync(join(root, "packages/core/package.json"), "utf8"))
    assert.deepPropertyVal(manifest, "dependencies", { effect: "4.1.0" })
  })

  it("no folder re-exports the world", () => {
    const barrels = sources
      .filter(({ file }) => /\/(?:index|utils|helpers)\.ts$/.test(file))
      .map(({ file }) => file)
    assert.deepStrictEqual(barrels, [])
  })
})
