/**
 * Where the command keeps what it must not forget.
 */
import { homedir } from "node:os"
import { isAbsolute, join, resolve } from "node:path"

/** `--data`, else `DEVTEAM_DATA`, else `$XDG_DATA_HOME/devteam`, else `~/.local/share/devteam`. Absolute. */
export const dataDirectory = (
  option: string | undefined,
  cwd: string,
  environment: Readonly<Record<string, string | undefined>>
): string => {
  const named = option ?? environment["DEVTEAM_DATA"]
  if (named !== undefined && named !== "") return resolve(cwd, named)
  const xdg = environment["XDG_DATA_HOME"]
  // The XDG specification: a relative path is to be ignored.
  const base = xdg !== undefined && isAbsolute(xdg) ? xdg : join(homedir(), ".local", "share")
  return join(base, "devteam")
}
