/** Reads what was recorded. */
import { readdirSync, readFileSync } from "node:fs"

const root = new URL("./", import.meta.url)

/** One recorded execution, undecoded. */
export interface Recording {
  readonly name: string
  readonly journal: { readonly eventVersion: number; readonly records: ReadonlyArray<unknown> }
  readonly context: { readonly contextVersion: number; readonly context: unknown }
}

const read = (path: string) => JSON.parse(readFileSync(new URL(path, root), "utf8"))

/** All recordings of all releases. */
export const recordings = (): ReadonlyArray<Recording> =>
  readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name: release }) =>
      readdirSync(new URL(`${release}/`, root))
        .filter((file) => file.endsWith(".journal.json"))
        .map((file) => {
          const name = `${release}/${file.replace(".journal.json", "")}`
          return { name, journal: read(`${name}.journal.json`), context: read(`${name}.context.json`) }
        })
    )
