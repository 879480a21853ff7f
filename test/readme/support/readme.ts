/**
 * The README's commands as a stranger finds them: the words of its code blocks, nothing else.
 */
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"

const file = join(import.meta.dirname, "..", "..", "..", "README.md")

const fenced = /^```\w*\n([^]*?)^```$/gm

/** The code blocks, in their order. */
const blocks = (): ReadonlyArray<string> =>
  [...readFileSync(file, "utf8").matchAll(fenced)].map(([, text = ""]) => text)

/** Every line of a code block that calls the command, without its comment, and every call inside a sentence; once. */
export const commands = (): ReadonlyArray<string> => {
  const lines = blocks().flatMap((block) => block.split("\n"))
  const sentences = readFileSync(file, "utf8").replaceAll(fenced, "")
  const inline = [...sentences.matchAll(/`(npx devteam [^`]+)`/g)].map(([, command = ""]) => command)
  const typed = lines.map((line) => line.replace(/^\$ /, "").replace(/ +# .*$/, ""))
  return [...new Set([...typed.filter((line) => line.startsWith("npx devteam ")), ...inline])]
}

/** The first code block: a command and what it prints. */
export const firstScreen = (): string => blocks()[0] ?? ""

/** Puts another text into the first code block. */
export const writeFirstScreen = (text: string): void => {
  let isFirst = true
  const changed = readFileSync(file, "utf8").replaceAll(fenced, (block) => {
    if (!isFirst) return block
    isFirst = false
    return `\`\`\`\n${text}\`\`\``
  })
  writeFileSync(file, changed)
}
