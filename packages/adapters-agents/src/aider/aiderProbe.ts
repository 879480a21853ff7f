/**
 * Asks an installed aider for its version, and whether it can be kept from a checkout's own settings.
 *
 * The probe's directory holds a broken `.aider.conf.yml`: an aider that reads it does not come to its version.
 */
import type { AgentError } from "@devteam/core/ports/CodingAgent"
import type { AgentSettings } from "@devteam/core/model/Settings"
import { Result } from "effect"
import type { AgentProbe } from "../AgentDefinition.ts"
import { notFound } from "../findProgram.ts"
import { launcherScript, pinnedVersion, pythonVersions, startFailures, startScript } from "./launcher.ts"

/** How a person installs what is tested, in an environment of its own. */
export const installCommand = `uv tool install --python 3.12 aider-chat==${pinnedVersion}`

const install = `Install it with \`${installCommand}\` (or \`pipx install aider-chat==${pinnedVersion}\`, with Python ${pythonVersions}), or name the program: \`--agent aider -- /path/to/aider\`.`

const lastLineOf = (text: string): string => text.trim().split("\n").at(-1) ?? ""

const unguarded = `not ${pinnedVersion}: nothing keeps it from writing outside the checkout, or from reading the checkout's .aider.model.settings.yml`

/** The program that the settings name. */
export const aiderProgram = (settings: AgentSettings): string => settings.argv[0] ?? "aider"

/** Answers `aider <version>`, with what is not guarded where that is another version than the pinned one. */
export const aiderProbe = (settings: AgentSettings): AgentProbe => ({
  argv: ["/bin/sh", "-c", startScript, "sh", aiderProgram(settings), "-c", launcherScript, "--version"],
  env: { PYTHON_DOTENV_DISABLED: "1" },
  files: [{ path: ".aider.conf.yml", content: "[ x\n" }],
  read: ({ exitCode, stdout, stderr }): Result.Result<string, AgentError> => {
    const failed = (why: string) => Result.fail(notFound(settings, why))
    if (exitCode === startFailures.noProgram) {
      return failed(`there is no executable program "${aiderProgram(settings)}" in the sandbox. ${install}`)
    }
    if (exitCode === startFailures.noPython) {
      return failed(`${lastLineOf(stderr).replace(/^aider: /, "")}. ${install}`)
    }
    const version = /^aider (\S+)\s*$/m.exec(stdout)?.[1]
    if (exitCode !== 0 || version === undefined) {
      const said = lastLineOf(stderr) || lastLineOf(stdout)
      return failed(`asked for its version, it ended with ${exitCode ?? "a kill"}: ${said}. ${install}`)
    }
    return Result.succeed(version === pinnedVersion ? `aider ${version}` : `aider ${version} (${unguarded})`)
  }
})
