/**
 * The example's agent: a small program in the place of a coding agent, which needs no model.
 *
 * `agent <prompt file>`, in a checkout. Like a real one it knows nothing but its prompt and the files: it reads which
 * task it has, and in later rounds what the build said. It has habits, not intelligence: it guesses the names of
 * placeholders, corrects a guess by the build's words where they name something similar, and gives up where they do
 * not. It imports nothing of the runner.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs"

const say = (text: string): void => {
  process.stdout.write(`${text}\n`)
}

const write = (path: string, lines: ReadonlyArray<string>): void => {
  writeFileSync(path, `${lines.join("\n")}\n`)
  say(`wrote ${path}`)
}

const addToStartPage = (line: string): void => {
  const text = readFileSync("pages/index.html", "utf8")
  if (!text.includes(line)) write("pages/index.html", [...text.trimEnd().split("\n"), line])
}

const addPage = (name: string, title: string, lines: ReadonlyArray<string>): void => {
  write(`pages/${name}.html`, [`<h1>${title}</h1>`, ...lines])
  addToStartPage(`<a href="${name}.html">${title}</a>`)
}

const prices = (): ReadonlyArray<string> => {
  const file = "data/prices.json"
  const known: unknown = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined
  // Nobody said what is sold, so these are guesses.
  const names = typeof known === "object" && known !== null ? Object.keys(known) : ["wheat", "rye"]
  return names.map((name) => `<p>${name}: {{prices.${name}}}</p>`)
}

/** The first try at each task, by its id. */
const edits: Readonly<Record<string, () => void>> = {
  "1.1": () => addToStartPage("<p>Open from {{shop.opens}} to {{shop.closes}}</p>"),
  "1.2": () => addPage("bread", "Our bread", ["<p>Wheat, rye, and rolls. Baked at four in the morning.</p>"]),
  "2.1": () => addPage("contact", "Contact", ["<p>{{shop.name}}, phone {{shop.phone}}</p>"]),
  "2.2": () => addPage("prices", "Prices", prices()),
  "2.3": () =>
    addPage("order", "Order", [
      '<form action="mailto:orders@example.com">',
      ...prices(),
      "<button>Order</button></form>"
    ]),
  "2.4": () =>
    addPage("directions", "How to find us", ["<p>{{shop.street}}, {{shop.city}}, behind the mill</p>"])
}

interface Complaint {
  readonly placeholder: string
  readonly file: string
  readonly known: ReadonlyArray<string>
}

/** What the build said about placeholders: the wrong ones, and the names that there are instead. */
const complaintsIn = (log: string): ReadonlyArray<Complaint> =>
  [
    ...log.matchAll(/\{\{([\w.]+)\}\} (?:is not in data\/(\w+)\.json, which has (.+)|needs data\/\w+\.json)/g)
  ].map(([, placeholder = "", file = "", known = ""]) => ({
    placeholder,
    file,
    known: known.split(", ").filter((name) => name !== "")
  }))

/** The known name that has the wrong one in it, or the other way round. */
const similarTo = ({ known, placeholder }: Complaint): string | undefined => {
  const wrong = placeholder.slice(placeholder.indexOf(".") + 1)
  return known.find((name) => name.includes(wrong) || wrong.includes(name))
}

const replaceEverywhere = (before: string, after: string): void => {
  for (const page of readdirSync("pages")) {
    const text = readFileSync(`pages/${page}`, "utf8")
    const changed = text.replaceAll(`{{${before}}}`, `{{${after}}}`)
    if (changed === text) continue
    writeFileSync(`pages/${page}`, changed)
    say(`pages/${page}: {{${before}}} is now {{${after}}}`)
  }
}

/** Corrects what the log complains about; a file that is not there is looked for under the only name it knows. */
const correct = (complaint: Complaint): void => {
  const { file, known, placeholder } = complaint
  const key = placeholder.slice(placeholder.indexOf(".") + 1)
  const similar = similarTo(complaint)
  if (similar !== undefined) replaceEverywhere(placeholder, `${file}.${similar}`)
  else if (known.length === 0) replaceEverywhere(placeholder, `shop.${key}`)
  else say(`nothing in data/${file}.json is like ${key}; somebody has to say what it is`)
}

const promptFile = process.argv[2]
if (promptFile === undefined) throw new Error("usage: agent <prompt file>")
const prompt = readFileSync(promptFile, "utf8")
const task = /^Task (\S+): (.+)$/m.exec(prompt)
const edit = edits[task?.[1] ?? ""]
if (edit === undefined) throw new Error(`The prompt ${promptFile} names no task of the example.`)
const [, log] = prompt.split("## What happened before")
if (log === undefined) {
  say(`${task?.[1]}: ${task?.[2]}`)
  edit()
} else {
  const complaints = complaintsIn(log)
  say(
    `the build complains about ${complaints.map(({ placeholder }) => placeholder).join(", ") || "nothing that I know"}`
  )
  complaints.forEach(correct)
}
