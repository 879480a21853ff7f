/**
 * Why nothing verifies a change, in words that say what to do about it.
 *
 * For people, before anything is paid for and wherever a change is called `unverified`.
 */

const ownCommands = "Name the commands that prove one with --verify (or `verify` in .devteam/project.yaml)."
const shown = 3

/** There is a manifest, and no build script in it. `program` is the package manager's. */
export const noBuildScript = (program: string): string =>
  `Nothing verifies a change: package.json has no build script. Add one (it is run as \`${program} run build\`). ${ownCommands}`

/** There is no manifest at the root; `paths` are those of the tree. */
export const noManifest = (paths: ReadonlyArray<string>): string => {
  const nested = paths.filter((path) => path.endsWith("/package.json") && !path.includes("node_modules/"))
  if (nested.length === 0) return `Nothing verifies a change: there is no package.json. ${ownCommands}`
  const more = nested.length > shown ? `, and ${nested.length - shown} more` : ""
  return `Nothing verifies a change: there is no package.json at the root, only ${nested.slice(0, shown).join(", ")}${more}. ${ownCommands}`
}

/** The project's own commands prove nothing: there are none, or they only install. */
export const noProof = (count: number): string =>
  count === 0
    ? `Nothing verifies a change: the list of verify commands is empty. ${ownCommands}`
    : `Nothing verifies a change: the verify commands only install packages. ${ownCommands}`
