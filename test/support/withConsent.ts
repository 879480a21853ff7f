/**
 * The words of `devteam run` that a person would answer on a terminal: tests have none.
 */

/** Adds `--yes`, and `--deliver main` where nothing is said; other commands, and a dry run, stay as they are. */
export const withConsent = (words: ReadonlyArray<string>): ReadonlyArray<string> => {
  const [command, ...rest] = words
  if (command !== "run") return words
  const end = rest.indexOf("--")
  const own = end === -1 ? rest : rest.slice(0, end)
  const says = (flag: string) => own.some((word) => word === flag || word.startsWith(`${flag}=`))
  if (own.length === 0 || says("--dry-run") || says("--help")) return words
  return [
    command,
    ...(says("--yes") ? [] : ["--yes"]),
    ...(says("--deliver") ? [] : ["--deliver", "main"]),
    ...rest
  ]
}
