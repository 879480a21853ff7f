/**
 * `devteam backup`: a copy of everything that counts in a data directory, while it is in use.
 */
import { statSync } from "node:fs"
import { join, resolve } from "node:path"
import { backUpEmbedded, embeddedDatabase } from "@devteam/runner/layers/database"
import { Effect } from "effect"
import { environmentError, usageError } from "../ExitWith.ts"
import { Invocation } from "../Invocation.ts"
import { commandLine, count, duration } from "../terminal/words.ts"

interface BackupOptions {
  /** A file that is not there yet, or a folder that is. */
  readonly destination: string
  readonly dataDirectory: string
  readonly json: boolean
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true

const size = (bytes: number): string =>
  bytes < 1_000_000 ? `${Math.ceil(bytes / 1_000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`

/** In a folder a name of its own, by the time in UTC, so that a regular backup overwrites nothing. */
const fileAt = (destination: string, now: Date): string =>
  isFolder(destination)
    ? join(destination, `devteam-${now.toISOString().slice(0, 19).replaceAll(":", "-")}Z.sqlite`)
    : destination

const restoring = (file: string, dataDirectory: string): ReadonlyArray<ReadonlyArray<string>> => [
  ["mv", dataDirectory, `${dataDirectory}.before`],
  ["mkdir", "-m", "700", dataDirectory],
  ["cp", file, embeddedDatabase(dataDirectory)]
]

/** Backs up, and says how to restore. */
export const backUp = Effect.fn("backUp")(function* (options: BackupOptions) {
  const { dataDirectory, json } = options
  const { cwd, output } = yield* Invocation
  const destination = resolve(cwd, options.destination)
  if (options.destination.endsWith("/") && !isFolder(destination)) {
    return yield* usageError(`There is no folder ${destination}. Make it, or name a file.`)
  }
  const file = fileAt(destination, new Date())
  const begun = performance.now()
  const { lostArtifacts, ...made } = yield* Effect.mapError(
    backUpEmbedded(dataDirectory, file),
    ({ reason, message }) => (reason === "exists" ? usageError(message) : environmentError(message))
  )
  const ms = Math.round(performance.now() - begun)
  if (json) output.document({ file, dataDirectory, ...made, lostArtifacts, ms })
  else {
    const { bytes, schema, projects, executions, artifacts } = made
    output.data(`Backed up ${dataDirectory} to ${file}`)
    output.data(
      `  ${size(bytes)}, schema ${schema}: ${count(projects, "project")}, ${count(executions, "execution")}, ${count(artifacts, "artifact")}, in ${duration(ms)}; checked`
    )
    output.data("\nTo restore it, while nothing runs on the data directory:")
    for (const words of restoring(file, dataDirectory)) output.data(`  ${commandLine(words)}`)
  }
  if (lostArtifacts.length > 0) {
    output.say(
      `${count(lostArtifacts.length, "artifact")} could not be taken along: their files are gone or damaged in ${dataDirectory}. An older backup may have them.`
    )
  }
})
