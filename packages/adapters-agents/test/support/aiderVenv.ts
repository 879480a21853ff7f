/**
 * The real aider for tests, in an environment of its own below the user's cache directory.
 *
 * It is made once, from PyPI; the next tests find it. Where no fitting Python is, the tests are to be skipped with one
 * line that says so; with `CI=true` that is a failure.
 */
import { execFile } from "node:child_process"
import { mkdir, mkdtemp, rename, rm, stat } from "node:fs/promises"
import { homedir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import { pinnedVersion, pythonVersions } from "../../src/aider/launcher.ts"

const run = promisify(execFile)

const inRange = "import sys, venv, ensurepip; sys.exit(not (3, 10) <= sys.version_info[:2] < (3, 13))"

const findPython = async (): Promise<string | undefined> => {
  for (const name of ["python3.12", "python3.11", "python3.10", "python3"]) {
    const fits = await run(name, ["-c", inRange]).then(
      () => true,
      () => false
    )
    if (fits) return name
  }
  return undefined
}

const make = async (python: string, cache: string, directory: string): Promise<void> => {
  await mkdir(cache, { recursive: true })
  const building = await mkdtemp(join(cache, "making-"))
  try {
    const made = join(building, "aider")
    const tool = join(building, "uv")
    await run(python, ["-m", "venv", tool])
    await run(join(tool, "bin", "python"), ["-m", "pip", "install", "--quiet", "uv"])
    const uv = join(tool, "bin", "uv")
    // It is moved into its place when it is complete, so that nobody ever finds half of it.
    await run(uv, ["venv", "--quiet", "--relocatable", "--python", python, made])
    const into = ["--quiet", "--python", join(made, "bin", "python"), "--compile-bytecode"]
    await run(uv, ["pip", "install", ...into, `aider-chat==${pinnedVersion}`])
    await rename(made, directory).catch((error: NodeJS.ErrnoException) => {
      // Another test process was faster.
      if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error
    })
  } finally {
    await rm(building, { recursive: true, force: true })
  }
}

/** The path of aider's program, or why there is none. Throws where `CI` is true and there is none. */
export const aiderProgram = async (): Promise<
  { readonly program: string } | { readonly missing: string }
> => {
  const cache = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "devteam-runner")
  const directory = join(cache, `aider-${pinnedVersion}`)
  const program = join(directory, "bin", "aider")
  const there = await stat(program).then(
    () => true,
    () => false
  )
  if (there) return { program }
  const python = await findPython()
  if (python === undefined) {
    const missing = `The tests with the real aider need Python ${pythonVersions} with its venv module; none was found.`
    if (process.env["CI"] === "true") throw new Error(missing)
    return { missing }
  }
  await make(python, cache, directory)
  return { program }
}
