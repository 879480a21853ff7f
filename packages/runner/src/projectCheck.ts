/**
 * Whether the settings and the prompt that lie in a work tree could be used, before anybody commits them.
 *
 * Findings for `devteam doctor`; a run reads both from the target branch and not from here.
 */
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { parse } from "@devteam/adapters-settings/parse"
import { parseTemplate } from "@devteam/core/prompt/Template"
import { templatePath } from "@devteam/core/steps/initialize"
import { projectFilePath } from "@devteam/core/steps/projectFile"
import { Effect, Result } from "effect"
import type { Finding } from "./doctor.ts"
import { userGit } from "./repositoryArgument.ts"

const fix = "Correct it, then commit and push it: a run reads it from the target branch."

const textAt = (path: string) =>
  Effect.tryPromise(() => readFile(path, "utf8")).pipe(
    Effect.orElseSucceed((): string | undefined => undefined)
  )

const settingsFinding = (text: string): Finding => {
  const check = "project settings"
  const parsed = parse(text)
  if (Result.isFailure(parsed)) {
    const found = parsed.failure
      .map(({ line, column, message }) => `${projectFilePath}:${line}:${column}: ${message}`)
      .join("\n")
    return { check, status: "problem", found, fix }
  }
  const names = Object.keys(parsed.success.settings)
  return {
    check,
    status: "ok",
    found: `${projectFilePath} says ${names.length === 0 ? "nothing" : names.join(", ")}`
  }
}

const templateFinding = (text: string): Finding => {
  const check = "prompt template"
  const parsed = parseTemplate(text)
  if (Result.isSuccess(parsed)) return { check, status: "ok", found: templatePath }
  const found = parsed.failure.map(({ line, message }) => `${templatePath}:${line}: ${message}`).join("\n")
  return { check, status: "problem", found, fix }
}

/** One finding for each of the two files that is there; none outside of a work tree. */
export const checkProject = Effect.fn("checkProject")(function* (folder: string) {
  const top = yield* Effect.option(userGit(folder, "rev-parse", "--show-toplevel"))
  if (top._tag === "None" || !top.value.ok) return []
  const settings = yield* textAt(join(top.value.stdout, projectFilePath))
  const template = yield* textAt(join(top.value.stdout, templatePath))
  const findings: ReadonlyArray<Finding> = [
    ...(settings === undefined ? [] : [settingsFinding(settings)]),
    ...(template === undefined ? [] : [templateFinding(template)])
  ]
  return findings
})
