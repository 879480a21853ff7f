/**
 * Looking for a program where a sandbox would find it, without running it.
 */
import { AgentError } from "@devteam/core/ports/CodingAgent"
import type { AgentSettings } from "@devteam/core/model/Settings"
import { Result } from "effect"
import type { AgentProbe } from "./AgentDefinition.ts"

/** A shell function: finds `$1` as `exec` would and prints its path, or fails. */
export const findProgramFunction = `
find_program() {
  case $1 in
    */*) [ -f "$1" ] && [ -x "$1" ] && printf %s "$1"; return ;;
  esac
  (
    IFS=:
    set -f
    for directory in $PATH; do
      if [ -f "$directory/$1" ] && [ -x "$directory/$1" ]; then printf %s "$directory/$1"; exit 0; fi
    done
    exit 1
  )
}
`

/** The error of a program that cannot be started; `why` says what to do. */
export const notFound = (settings: AgentSettings, why: string): AgentError =>
  new AgentError({ reason: "not_found", message: `The agent "${settings.id}" cannot start: ${why}` })

/** Answers the program's path. */
export const findProgramProbe = (settings: AgentSettings, program: string): AgentProbe => ({
  argv: ["/bin/sh", "-c", `${findProgramFunction}\nfind_program "$1"`, "sh", program],
  env: {},
  files: [],
  read: ({ exitCode, stdout }) =>
    exitCode === 0 && stdout !== ""
      ? Result.succeed(stdout)
      : Result.fail(
          notFound(
            settings,
            `there is no executable program "${program}" in the sandbox. Install it there, or set the agent's program to an absolute path.`
          )
        )
})
