/**
 * Reads the line by which an agent says that there is nothing to do.
 */
import { nothingToDo } from "@devteam/core/prompt/render"

/**
 * The reason that `line` states for doing nothing; undefined where it states none. The prompt's own words, with
 * their placeholder for the reason, are not a statement.
 */
export const statedReason = (line: string): string | undefined => {
  if (!line.startsWith(nothingToDo)) return undefined
  const reason = line
    .slice(nothingToDo.length)
    .replace(/^[\s:]+/, "")
    .trim()
  return reason === "<reason>" ? undefined : reason || "no reason given"
}
