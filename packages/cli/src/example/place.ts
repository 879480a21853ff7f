/**
 * The example's folder, and everything in it before the first task.
 *
 * Nothing is written outside of it: the data directory and the sandbox's home lie in it too.
 */
import { randomBytes } from "node:crypto"
import { chmodSync, existsSync, mkdirSync, readdirSync, realpathSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, extname, join, resolve } from "node:path"
import { Effect } from "effect"
import { environmentError, usageError } from "../ExitWith.ts"
import { quoted } from "../terminal/words.ts"
import { plainGit } from "./plainGit.ts"
import { sampleProject } from "./sampleProject.ts"

/** Absolute paths. */
export interface Place {
  readonly directory: string
  /** The remote: a bare repository. */
  readonly remote: string
  /** A clone of it, for the person. */
  readonly clone: string
  /** The program that stands in for a coding agent. */
  readonly agent: string
  readonly dataDirectory: string
}

/** Who makes the commits of the example. */
export const identity = { name: "DevTeam Example", email: "example@devteam.invalid" }

const placeAt = (directory: string): Place => ({
  directory,
  remote: join(directory, "bakery.git"),
  clone: join(directory, "website"),
  agent: join(directory, "agent"),
  dataDirectory: join(directory, "data")
})

/** Where the example will be; nothing is made yet. Fails with 2 for a folder with something in it. */
export const choosePlace = (wanted: string | undefined, cwd: string) =>
  Effect.suspend(() => {
    if (wanted === undefined) {
      const name = `devteam-example-${randomBytes(4).toString("hex")}`
      return Effect.succeed(placeAt(join(realpathSync(tmpdir()), name)))
    }
    const directory = resolve(cwd, wanted)
    if (existsSync(directory) && readdirSync(directory).length > 0) {
      return Effect.fail(usageError(`${directory} is not empty. Name a new or empty folder with --in.`))
    }
    return Effect.succeed(placeAt(directory))
  })

/** The agent's own file beside this one: TypeScript in the source tree, JavaScript in an installed package. */
const agentProgram = join(import.meta.dirname, `agent${extname(import.meta.filename)}`)

const writeFiles = (place: Place): void => {
  mkdirSync(place.clone, { recursive: true })
  for (const [path, text] of Object.entries(sampleProject)) {
    const file = join(place.clone, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
  writeFileSync(
    place.agent,
    `#!/bin/sh\n# Stands in for a coding agent; its prompt's file is the first argument.\nexec ${quoted(process.execPath)} ${quoted(agentProgram)} "$@"\n`
  )
  chmodSync(place.agent, 0o755)
}

const said = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** Makes the project with its first commit, the remote and the agent. */
export const makePlace = Effect.fnUntraced(function* (place: Place) {
  yield* Effect.try({
    try: () => writeFiles(place),
    catch: (error) => environmentError(`The example could not be written: ${said(error)}`)
  })
  const inClone = (...args: ReadonlyArray<string>) => plainGit(place.clone, ...args)
  yield* plainGit(place.directory, "init", "--quiet", "--bare", "--initial-branch=main", place.remote)
  yield* inClone("init", "--quiet", "--initial-branch=main")
  for (const directory of [place.remote, place.clone]) {
    yield* plainGit(directory, "config", "user.name", identity.name)
    yield* plainGit(directory, "config", "user.email", identity.email)
  }
  yield* inClone("remote", "add", "origin", place.remote)
  yield* inClone("add", "--all")
  yield* inClone("commit", "--quiet", "--message", "Begin the website")
  yield* inClone("push", "--quiet", "--set-upstream", "origin", "main")
  return (yield* inClone("rev-parse", "HEAD")).trim()
})
