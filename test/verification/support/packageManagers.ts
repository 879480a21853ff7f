/**
 * The real pnpm and Yarn for tests, from their npm packages, each in a prefix below the user's cache directory.
 *
 * Made once; the next tests find them. Where the registry cannot be reached, the tests are to be skipped with one line
 * that says so; with `CI=true` that is a failure.
 */
import { execFile } from "node:child_process"
import { mkdir, mkdtemp, rename, rm, stat } from "node:fs/promises"
import { homedir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"

const run = promisify(execFile)

/** The versions that are tried. */
export const packages = {
  pnpm10: "pnpm@10.34.9",
  pnpm12: "pnpm@12.21.0",
  yarn1: "yarn@1.22.22",
  yarn4: "@yarnpkg/cli-dist@4.18.1"
} as const

/** See {@link packages}. */
export type PackageManager = keyof typeof packages

const make = async (name: PackageManager, cache: string, directory: string): Promise<void> => {
  await mkdir(cache, { recursive: true })
  const building = await mkdtemp(join(cache, "making-"))
  try {
    const made = join(building, name)
    await run("npm", ["install", "--global", "--prefix", made, "--no-audit", "--no-fund", packages[name]])
    // It is moved into its place when it is complete, so that nobody ever finds half of it.
    await rename(made, directory).catch((error: NodeJS.ErrnoException) => {
      // Another test process was faster.
      if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error
    })
  } finally {
    await rm(building, { recursive: true, force: true })
  }
}

/** The folder with its program, for PATH, or why there is none. Throws where `CI` is true and there is none. */
export const packageManager = async (
  name: PackageManager
): Promise<{ readonly bin: string } | { readonly missing: string }> => {
  const cache = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "devteam-runner")
  const directory = join(cache, packages[name].replace(/^@/, "").replace("/", "-"))
  const bin = join(directory, "bin")
  const isThere = await stat(bin).then(
    () => true,
    () => false
  )
  if (isThere) return { bin }
  try {
    await make(name, cache, directory)
    return { bin }
  } catch (error) {
    const missing = `The tests with the real ${packages[name]} need the npm registry: ${String(error)}`
    if (process.env["CI"] === "true") throw new Error(missing, { cause: error })
    return { missing }
  }
}
