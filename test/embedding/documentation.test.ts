/**
 * docs/embedding.md says what is so: its code is that of files that run in tests, its modules and options are there.
 */
import { assert, describe, it } from "@effect/vitest"
import { makeSample } from "../support/sampleRepository.ts"
import { serveUntil } from "./support/effectHost.ts"
import { Effect } from "effect"
import { readFileSync } from "node:fs"
import { join } from "node:path"

const root = join(import.meta.dirname, "..", "..")
const read = (path: string) => readFileSync(join(root, path), "utf8")
const page = read("docs/embedding.md")

/** Blocks of TypeScript, each with the file that the link before it names. */
const blocks = [...page.matchAll(/\((?:\.\.\/)([^)\s]+\.ts)\)(?:(?!```)[^])*?```ts\n([^]*?)```/g)].map(
  ([, file = "", code = ""]) => ({
    file,
    code
  })
)

/** Members of an interface, by name. */
const membersOf = (file: string, name: string): ReadonlyArray<string> => {
  const body = new RegExp(`interface ${name}\\b[^{]*\\{\\n([^]*?)\\n\\}`).exec(read(file))?.[1] ?? ""
  return [...body.matchAll(/^ {2}readonly (\w+)\??:/gm)].map(([, member = ""]) => member)
}

describe("docs/embedding.md", () => {
  it("has only code that runs in the tests", () => {
    assert.lengthOf([...page.matchAll(/```ts\n/g)], blocks.length)
    assert.deepStrictEqual(
      blocks.map(({ file }) => file),
      [
        "examples/embed-node/main.ts",
        "examples/embed-fastify/main.ts",
        "test/embedding/support/effectHost.ts"
      ]
    )
    for (const { code, file } of blocks) {
      assert.isAbove(code.length, 200)
      assert.include(read(file), code)
    }
  })

  it("names everything that a runner can do, and every option", () => {
    const runner = membersOf("packages/runner/src/createRunner.ts", "Runner")
    const options = [
      ...membersOf("packages/runner/src/RunnerOptions.ts", "RunnerOptions"),
      ...membersOf("packages/runner/src/layers/machine.ts", "HostOptions")
    ].filter((name) => name !== "ssh")
    assert.isAbove(runner.length, 8)
    assert.isAbove(options.length, 12)
    for (const name of [...runner, ...options])
      assert.match(page, new RegExp(`\`(?:runner\\.)?${name}\\b`), name)
  })

  it("names modules and exports that are there", async () => {
    const rows = [...page.matchAll(/^\| `(@devteam\/[^`]+)` \| (.*?) \|/gm)]
    assert.isAbove(rows.length, 6)
    for (const [, specifier = "", exports = ""] of rows) {
      const module: object = await import(specifier)
      const names = [...exports.matchAll(/`(\w+)`/g)].map(([, name = ""]) => name)
      assert.isAbove(names.length, 0, specifier)
      for (const name of names) assert.property(module, name, specifier)
    }
  })

  it("has a service of Effect parts that serves and ends", async () => {
    const { data, dispose } = makeSample()
    const statuses: Array<number> = []
    const ask = (port: number) =>
      Effect.promise(async () => {
        for (const path of ["/ready", "/metrics"]) {
          statuses.push((await fetch(`http://127.0.0.1:${port}${path}`)).status)
        }
      })
    await Effect.runPromise(serveUntil(ask, data))
    assert.deepStrictEqual(statuses, [200, 401])
    dispose()
  })
})
