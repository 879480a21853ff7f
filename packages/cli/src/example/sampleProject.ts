/**
 * The sample project as text: a bakery's website with a build that can fail, and a list of six tasks.
 *
 * It has no dependencies, so that `npm ci` needs no network. The build proves what it can: every placeholder has a
 * value, and every link leads somewhere.
 */

/** The list's path in the repository. */
export const listPath = "wbs.md"

const manifest = {
  name: "bakery-website",
  version: "1.0.0",
  private: true,
  type: "module",
  scripts: { build: "node build.js" }
}

const lockfile = {
  name: manifest.name,
  version: manifest.version,
  lockfileVersion: 3,
  requires: true,
  packages: { "": { name: manifest.name, version: manifest.version } }
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`

const build = String.raw`// Fills the placeholders of pages/ from data/ and writes dist/. Fails on what a visitor would stumble over.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"

const data = {}
for (const file of readdirSync("data")) {
  data[file.replace(".json", "")] = JSON.parse(readFileSync("data/" + file, "utf8"))
}

const pages = readdirSync("pages")
const problems = []

const fill = (where, name) => {
  const [file, key] = name.split(".")
  const values = data[file]
  if (values === undefined) problems.push(where + ": {{" + name + "}} needs data/" + file + ".json, which is not there")
  else if (values[key] === undefined) {
    problems.push(where + ": {{" + name + "}} is not in data/" + file + ".json, which has " + Object.keys(values).join(", "))
  } else return values[key]
}

mkdirSync("dist", { recursive: true })
for (const page of pages) {
  const lines = readFileSync("pages/" + page, "utf8").split("\n").map((line, index) => {
    const where = "pages/" + page + ":" + (index + 1)
    for (const [, target] of line.matchAll(/href="([^"]+)"/g)) {
      if (!pages.includes(target)) problems.push(where + ": the link to " + target + " leads nowhere")
    }
    return line.replace(/{{([^}]+)}}/g, (_, name) => fill(where, name))
  })
  writeFileSync("dist/" + page, lines.join("\n"))
}

for (const problem of problems) console.error("error: " + problem)
if (problems.length > 0) process.exit(1)
console.log("built " + pages.length + " pages")
`

const list = `# Work breakdown: the bakery's website

Phase 1: First pages (Dependencies: [])

- 1.1 Show the opening hours on the start page (Dependencies: [])
  - 1.1.1 Take them from data/shop.json
- 1.2 Add a page about the bread (Dependencies: [1.1])
  - 1.2.1 Link it from the start page

Phase 2: Shop (Dependencies: [1])

- 2.1 Add a contact page with the phone number (Dependencies: [])
- 2.2 Add a price list (Dependencies: [])
- 2.3 Add an order form that shows the prices (Dependencies: [2.2])
- 2.4 Add a page that says how to find the shop (Dependencies: [2.1])
`

const shop = {
  name: "Corner Bakery",
  street: "1 Mill Lane",
  city: "Flourbridge",
  telephone: "555 0123",
  opens: "6:30",
  closes: "18:00"
}

/** Every file of the first commit: path → text. */
export const sampleProject: Readonly<Record<string, string>> = {
  ".gitignore": "node_modules/\ndist/\n",
  "package.json": json(manifest),
  "package-lock.json": json(lockfile),
  "build.js": build,
  "data/shop.json": json(shop),
  "pages/index.html": "<h1>{{shop.name}}</h1>\n",
  [listPath]: list
}

/** What the tasks come to, so that a run that ends otherwise is noticed. Blocked tasks name what they wait for. */
export const expected: {
  readonly completed: Readonly<Record<string, { readonly rounds: number }>>
  readonly failed: Readonly<Record<string, { readonly rounds: number }>>
  readonly blocked: Readonly<Record<string, ReadonlyArray<string>>>
} = {
  completed: { "1.1": { rounds: 1 }, "1.2": { rounds: 1 }, "2.1": { rounds: 2 }, "2.4": { rounds: 1 } },
  failed: { "2.2": { rounds: 3 } },
  blocked: { "2.3": ["2.2"] }
}

/** The file that task 2.2 lacks: once a person has added it, the rest of the list can be done. */
export const missingFile = {
  path: "data/prices.json",
  text: '{ "wheat": "3.20", "rye": "3.60", "roll": "0.45" }'
}
