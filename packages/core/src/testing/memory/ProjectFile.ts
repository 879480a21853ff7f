/**
 * The project file port over JSON, for tests that need some settings. Everything stands at the file's start.
 */
import { Layer, Result } from "effect"
import { ProjectFile, type ProjectFileDocument, type ProjectFileProblem } from "../../ports/ProjectFile.ts"
import { decodeFile } from "../../settings/decodeFile.ts"

const start = { line: 1, column: 1 }

const parse = (text: string): Result.Result<ProjectFileDocument, ReadonlyArray<ProjectFileProblem>> => {
  let value: unknown
  try {
    value = text.trim() === "" ? null : JSON.parse(text)
  } catch {
    return Result.fail([{ ...start, message: "this is not JSON" }])
  }
  return decodeFile(value).pipe(
    Result.map((settings) => ({ settings, positionOf: () => start })),
    Result.mapError((problems) => problems.map(({ message }) => ({ ...start, message })))
  )
}

/** Reads JSON, which is YAML too. */
export const layer: Layer.Layer<ProjectFile> = Layer.succeed(ProjectFile, { parse })
