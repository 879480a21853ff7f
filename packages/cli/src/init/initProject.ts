/**
 * `devteam init`: a project's own settings and prompt to begin with, written into the work tree for people to review.
 *
 * Commits nothing, and replaces nothing unless told to.
 */
import { statSync } from "node:fs"
import { resolve } from "node:path"
import { projectFilePath } from "@devteam/core/steps/projectFile"
import { templatePath } from "@devteam/core/steps/initialize"
import { defaultTemplateText } from "@devteam/core/prompt/Template"
import { isOnPath } from "@devteam/runner/agentLook"
import { lookAtFolder } from "@devteam/runner/folderLook"
import { projectFileSchema } from "@devteam/runner/projectFile"
import { Effect } from "effect"
import { usageError } from "../ExitWith.ts"
import { Invocation } from "../Invocation.ts"
import { commandLine } from "../terminal/words.ts"
import { projectYaml, schemaName } from "./projectYaml.ts"
import { writeNew } from "./writeNew.ts"

/** What was said. */
export interface InitOptions {
  readonly folder: string
  readonly force: boolean
  readonly json: boolean
}

const schemaPath = projectFilePath.replace(/[^/]*$/, schemaName)

/** Writes the files, and says what to do with them. */
export const initProject = Effect.fn("initProject")(function* ({ folder, force, json }: InitOptions) {
  const { cwd, environment, output } = yield* Invocation
  const directory = resolve(cwd, folder)
  if (statSync(directory, { throwIfNoEntry: false })?.isDirectory() !== true) {
    return yield* usageError(`There is no folder ${directory}. Name a folder of your clone.`)
  }
  const { root, taskList, verify } = yield* lookAtFolder(directory)
  const agent = isOnPath("aider", environment) ? "aider" : undefined
  const files = [
    { path: projectFilePath, text: projectYaml({ taskList, verify, agent }), is: "the settings" },
    { path: schemaPath, text: projectFileSchema(), is: "what editors check them by" },
    { path: templatePath, text: defaultTemplateText, is: "the prompt, as it is built in" }
  ]
  yield* writeNew(root, files, force)
  if (json) {
    return output.document({
      root,
      written: files.map(({ path }) => path),
      found: { taskList: taskList ?? null, verify, agent: agent ?? null }
    })
  }
  const { bold, dim } = output.dataStyle
  output.data(`In ${root}:`)
  files.forEach(({ path, is }) => output.data(`  ${bold(path.padEnd(30))}  ${dim(is)}`))
  output.data("")
  output.data(
    `  list    ${taskList ?? "none was found: `devteam tasks --template` prints one to begin with"}`
  )
  output.data(`  agent   ${agent ?? "none was found: install aider, or name a program of yours"}`)
  output.data(`  verify  ${verify.map(commandLine).join(", then ") || "nothing: no build script was found"}`)
  output.data("")
  output.data("Nothing is committed. Read them, change what you like, then:")
  output.data("  git add .devteam && git commit -m 'Add settings for DevTeam Runner' && git push")
  output.data(
    `Delete ${templatePath} if you do not change it: the built-in prompt then stays up to date by itself.`
  )
})
