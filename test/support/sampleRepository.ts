/**
 * A small project with a bare remote, its build and its task list: what the tests of the whole program work on.
 */
import { mkdtempSync, realpathSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { makeBareRemote } from "./bareRemote.ts"

/** Where everything of one test lies; `dispose` removes it. */
export interface Sample {
  readonly directory: string
  /** The bare remote: an absolute path, which is also its URL. */
  readonly remote: string
  readonly data: string
  readonly dispose: () => void
}

/** Three tasks; 1.3 needs 1.2. */
const threeTasks = `Phase 1: Words (Dependencies: [])

- 1.1 First word (Dependencies: [])
- 1.2 Second word (Dependencies: [])
- 1.3 Third word (Dependencies: [1.2])
`

/** Red when a text file says BAD. Plain shell, so that a test does not wait for npm. */
const check = `for file in *.txt; do
  if [ -e "$file" ] && grep -q BAD "$file"; then echo "Error: $file is bad" >&2; exit 1; fi
done
echo checked
`

const manifest = {
  name: "words",
  version: "1.0.0",
  private: true,
  scripts: { build: "sh check.sh" }
}

const lockfile = {
  name: "words",
  version: "1.0.0",
  lockfileVersion: 3,
  requires: true,
  packages: { "": { name: "words", version: "1.0.0" } }
}

/** The words of `devteam run` that verify with the check alone, without npm. */
export const quickVerify: ReadonlyArray<string> = ["--verify", "sh check.sh"]

/** Makes a sample in a temporary folder. `files` are added to those of the project, or replace them. */
export const makeSample = (files: Readonly<Record<string, string>> = {}): Sample => {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), "devteam-sample-")))
  const remote = makeBareRemote(directory, {
    "package.json": JSON.stringify(manifest),
    "package-lock.json": JSON.stringify(lockfile),
    "check.sh": check,
    "tasks.md": threeTasks,
    ...files
  })
  return {
    directory,
    remote,
    data: join(directory, "data"),
    dispose: () => rmSync(directory, { recursive: true, force: true, maxRetries: 5 })
  }
}
