/**
 * The host port on Node: this process, its directories, its environment.
 */
import { randomBytes } from "node:crypto"
import { mkdir, rm } from "node:fs/promises"
import { join, relative, resolve } from "node:path"
import { Host } from "@devteam/core/ports/Host"
import type { Secret } from "@devteam/core/redaction/Secrets"
import { Effect, Layer } from "effect"
import { isDeadOwner, thisOwner } from "./process.ts"
import { secretsIn } from "./secrets.ts"

/** What a host gives its workers. */
export interface NodeHostOptions {
  readonly workDirectory: string
  /** Where values of named variables come from: `process.env` as a rule. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Secrets beyond those in the environment. */
  readonly secrets: ReadonlyArray<Secret>
  readonly keepFailedCheckouts: boolean
}

/** Directories are named by the core; a name that would leave the work directory is a bug there. */
const below = (root: string, name: string): string => {
  const path = resolve(root, name)
  const inside = relative(root, path)
  if (inside === "" || inside.startsWith("..")) throw new Error(`${name} is not below the work directory`)
  return path
}

/** Makes the host layer. */
export const nodeHost = (options: NodeHostOptions): Layer.Layer<Host> =>
  Layer.sync(Host, () => {
    const root = options.workDirectory
    const remove = (name: string) =>
      Effect.promise(() => rm(below(root, name), { recursive: true, force: true, maxRetries: 3 }))
    return {
      owner: thisOwner(randomBytes(4).toString("hex")),
      isDead: (owner) => Effect.sync(() => isDeadOwner(owner)),
      workDirectory: root,
      freshDirectory: (name) =>
        Effect.andThen(
          remove(name),
          Effect.promise(async () => {
            const path = join(root, name)
            await mkdir(path, { recursive: true })
            return path
          })
        ),
      removeDirectory: remove,
      environment: (names) =>
        Object.fromEntries(
          names.flatMap((name) => {
            const value = options.environment[name]
            return value === undefined ? [] : [[name, value]]
          })
        ),
      secrets: [...secretsIn(options.environment), ...options.secrets],
      nonce: Effect.sync(() => randomBytes(16).toString("hex")),
      keepFailedCheckouts: options.keepFailedCheckouts
    }
  })
