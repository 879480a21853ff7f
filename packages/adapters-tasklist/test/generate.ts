import type { Random } from "./random.ts"

const verbs = ["Add", "Fix", "Write", "Move", "Test", "Ship", "Rename"]
const things = [
  "the parser",
  "`find`",
  "a cache",
  "**bold** text",
  "docs (v2)",
  "the [link](a.md)",
  "événements →",
  "x  y"
]

const eol = (random: Random): string => random.pick(["\n", "\n", "\r\n"])

/** Dialects that the generator writes. */
export type Shape = "checkboxes" | "wbs" | "headings" | "no ids"

export const shapes: ReadonlyArray<Shape> = ["checkboxes", "wbs", "headings", "no ids"]

/** A valid list: dependencies point at earlier tasks or phases only. */
export const generateList = (random: Random, shape: Shape = random.pick(shapes)): string => {
  const nl = eol(random)
  const ids: Array<string> = []
  let text = `${random.chance(0.2) ? "\uFEFF" : ""}# List${nl}${nl}`
  const phases = 1 + random.int(3)
  for (let phase = 1; phase <= phases; phase++) {
    const on = phase > 1 && random.chance(0.6) ? ` (Dependencies: [${phase - 1}])` : ""
    const mark = shape === "wbs" && random.chance(0.5) ? "" : "## "
    text += `${mark}Phase ${phase}: ${random.pick(verbs)}${on}${nl}`
    if (random.chance(0.7) || mark === "") text += nl
    const count = 1 + random.int(5)
    const first = ids.length
    for (let n = 1; n <= count; n++) {
      const id = `${phase}.${n}`
      const title = `${random.pick(verbs)} ${random.pick(things)}`
      const dependencies = ids.filter(() => random.chance(0.2))
      const isDone = dependencies.length === 0 && first === 0 && random.chance(0.2)
      text += entry(random, shape, { id, title, dependencies, isDone, nl })
      if (random.chance(0.2)) text += random.pick([nl, `${nl}Some words.${nl}${nl}`, `<!-- note -->${nl}`])
      ids.push(id)
    }
    text += nl
  }
  return random.chance(0.3) ? text.trimEnd() : text + random.pick(["", nl, "  \t", `---${nl}`])
}

interface Entry {
  readonly id: string
  readonly title: string
  readonly dependencies: ReadonlyArray<string>
  readonly isDone: boolean
  readonly nl: string
}

const entry = (random: Random, shape: Shape, { dependencies, id, isDone, nl, title }: Entry): string => {
  const spaces = random.chance(0.1) ? "  " : ""
  const box = isDone ? "[x] " : random.chance(0.1) ? "[-] " : "[ ] "
  switch (shape) {
    case "headings": {
      const status = isDone ? "done" : random.pick(["pending", "Pending", "in progress"])
      const on = dependencies.length === 0 ? "None" : dependencies.join(", ")
      return `### ${id} ${title}${nl}${nl}- **Status**: ${status}${spaces}${nl}- **Dependencies**: ${on}${nl}- a note${nl}${nl}`
    }
    case "wbs": {
      const head = `- ${isDone ? "[x] " : random.chance(0.1) ? "[ ] " : ""}${id} ${title} (Dependencies: [${dependencies.join(", ")}])`
      const below = random.chance(0.7)
        ? `  - ${random.chance(0.3) ? "[ ] " : ""}${id}.1 part${nl}    • a criterion${nl}`
        : ""
      return `${head}${spaces}${nl}${below}`
    }
    case "checkboxes": {
      const on = dependencies.length === 0 ? "" : `  - _Depends: ${dependencies.join(", ")}_${nl}`
      return `- ${box}${id} ${title}${spaces}${nl}${on}${random.chance(0.4) ? `  - a note${nl}` : ""}`
    }
    case "no ids":
      return `${random.pick(["-", "*", "1."])} ${box}${title}${spaces}${nl}`
  }
}

/** One edit as a person might make it. The result may be no valid list any more. */
export const editByHand = (random: Random, text: string): string => {
  const nl = text.includes("\r\n") ? "\r\n" : "\n"
  const lines = text.split(nl)
  const at = random.int(lines.length)
  const line = lines[at] ?? ""
  const replace = (changed: string) => lines.with(at, changed).join(nl)
  switch (random.int(9)) {
    case 0:
      return lines
        .toSpliced(
          at,
          0,
          random.pick(["- [ ] 9.9 Inserted", "- 8.8 Inserted (Dependencies: [])", "words", "", "```", "<!--"])
        )
        .join(nl)
    case 1:
      return lines.toSpliced(at, 1).join(nl)
    case 2:
      return replace(
        line.replace(/\d+\.\d+/, (id) =>
          random.chance(0.5) ? `${id}1` : `${random.int(3) + 1}.${random.int(5) + 1}`
        )
      )
    case 3:
      return replace(line.replace(/(Add|Fix|Write|Move|Test|Ship|Rename)/, random.pick(verbs)))
    case 4:
      return replace(line.replace(/\[ \]/, "[x]").replace(/pending/i, "done"))
    case 5:
      return text.replaceAll(nl, nl === "\n" ? "\r\n" : "\n")
    case 6:
      return lines.toSpliced(at, 0, line).join(nl)
    case 7: {
      const to = random.int(lines.length)
      return lines.toSpliced(at, 1).toSpliced(to, 0, line).join(nl)
    }
    default:
      return replace(`${random.pick(["  ", "\t", "> ", "    "])}${line}`)
  }
}
