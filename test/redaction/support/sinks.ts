/**
 * Everything that a run leaves behind, as named pieces of bytes: files as they lie on the disk, rows of the database,
 * and git objects unpacked.
 */
import { execFileSync } from "node:child_process"
import { lstatSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"

/** A piece to be searched. */
export interface Sink {
  readonly where: string
  readonly bytes: Uint8Array
}

/** All files below a directory, WAL and temporary ones included. */
export const filesBelow = (directory: string): ReadonlyArray<Sink> =>
  readdirSync(directory, { recursive: true, encoding: "utf8" }).flatMap((name) => {
    const path = join(directory, name)
    return lstatSync(path).isFile()
      ? [{ where: name, bytes: readFileSync(path) }]
      : [{ where: name, bytes: Buffer.from(name) }]
  })

/** All rows of the embedded database of a data directory, with their columns. */
export const databaseRows = (
  dataDirectory: string
): ReadonlyArray<Sink & { readonly row: Readonly<Record<string, unknown>> }> => {
  using database = new DatabaseSync(join(dataDirectory, "devteam.sqlite"), { readOnly: true })
  const tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all()
  return tables.flatMap(({ name }) =>
    database
      .prepare(`SELECT * FROM "${String(name)}"`)
      .all()
      .map((row) => {
        const values = Object.values(row).map((value) =>
          value instanceof Uint8Array ? value : Buffer.from(String(value))
        )
        return { where: `table ${String(name)}`, bytes: Buffer.concat(values), row }
      })
  )
}

/** All objects of a repository, also those that nothing refers to. */
export const gitObjects = (gitDir: string): ReadonlyArray<Sink & { readonly sha: string }> => {
  const run = (args: ReadonlyArray<string>, input?: string) =>
    execFileSync("git", ["--git-dir", gitDir, ...args], {
      maxBuffer: 1 << 28,
      ...(input === undefined ? {} : { input })
    })
  const shas = run(["cat-file", "--batch-all-objects", "--batch-check=%(objectname) %(objecttype)"])
    .toString()
    .trim()
    .split("\n")
  return shas.map((line) => {
    const [sha = "", type = ""] = line.split(" ")
    return { sha, where: `${type} ${sha}`, bytes: run(["cat-file", type, sha]) }
  })
}
