/**
 * Which scripts of a `package.json` verification depends on, and which of them a change altered.
 *
 * Calls are over-approximated: a script counts as called where its name is a word of a calling script. It rather
 * holds a change too many than lets a build be emptied unseen.
 */
import { isManifest, parseManifest } from "./Manifest.ts"

type Scripts = Readonly<Record<string, string>>

/** What npm runs by itself on an install. */
const installHooks = [
  "preinstall",
  "install",
  "postinstall",
  "prepublish",
  "preprepare",
  "prepare",
  "postprepare",
  "dependencies"
]

const wordsOf = (command: string): ReadonlyArray<string> =>
  command.split(/[\s"'`;&|()=,]+/).map((word) => word.replace(/^npm:/, ""))

const called = (word: string, names: ReadonlyArray<string>): ReadonlyArray<string> => {
  if (!word.includes("*")) return names.filter((name) => name === word)
  const prefix = word.slice(0, word.indexOf("*"))
  return prefix === "" ? [] : names.filter((name) => name.startsWith(prefix))
}

/** The scripts that `roots` lead to, with their pre and post hooks. */
const reachable = (scripts: Scripts, roots: ReadonlyArray<string>): ReadonlySet<string> => {
  const names = Object.keys(scripts)
  const seen = new Set<string>()
  const visit = (name: string): void => {
    if (seen.has(name) || scripts[name] === undefined) return
    seen.add(name)
    for (const hook of [`pre${name}`, `post${name}`]) visit(hook)
    for (const word of wordsOf(scripts[name])) for (const next of called(word, names)) visit(next)
  }
  for (const root of roots) visit(root)
  return seen
}

const scriptsOf = (text: string | undefined): Scripts | undefined => {
  const manifest = text === undefined ? { problem: "absent" } : parseManifest(text)
  return isManifest(manifest) ? manifest.scripts : undefined
}

/**
 * Names of the scripts that verification runs and that differ, sorted. A `build` where there was none weakens
 * nothing, so it is not among them. A manifest that cannot be read after the change is verification's business.
 */
export const changedScripts = (
  before: string,
  after: string | undefined,
  verify: ReadonlyArray<ReadonlyArray<string>> | undefined
): ReadonlyArray<string> => {
  const old = scriptsOf(before) ?? {}
  const now = after === undefined ? {} : scriptsOf(after)
  if (now === undefined) return []
  const builds = verify === undefined ? ["build"] : verify.flat()
  const roots = [...installHooks, ...builds.filter((name) => old[name] !== undefined)]
  const names = new Set([...reachable(old, roots), ...reachable(now, roots)])
  return [...names].filter((name) => old[name] !== now[name]).toSorted()
}
