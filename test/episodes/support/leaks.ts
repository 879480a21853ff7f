/**
 * Where an episode left a secret, or wrote to where nothing may be written.
 */
import { execFileSync } from "node:child_process"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { type Hit, hitsIn } from "../../redaction/support/canaries.ts"
import { databaseRows, filesBelow, type Sink } from "../../redaction/support/sinks.ts"
import { canaries } from "./canaries.ts"
import type { Played } from "./runEpisode.ts"

const requests = ({ model }: Played): ReadonlyArray<Sink> =>
  model.requests.map(({ text }, index) => ({ where: `request ${index + 1}`, bytes: Buffer.from(text) }))

/** All objects of a repository, unpacked, also those that nothing refers to. */
const gitObjects = (gitDir: string): Sink => ({
  where: `objects of ${gitDir}`,
  bytes: execFileSync("git", ["--git-dir", gitDir, "cat-file", "--batch-all-objects", "--batch"], {
    maxBuffer: 1 << 28
  })
})

/** Rows that people may be shown: everything but private artifacts. */
const shownRows = (dataDirectory: string): ReadonlyArray<Sink> =>
  databaseRows(dataDirectory).filter(({ row }) => row["visibility"] !== "private")

/** Secrets in requests, data directory, caches and remote. */
export const secretsLeft = (played: Played): ReadonlyArray<Hit> => {
  const { bare, dataDirectory, episode } = played
  const kept =
    episode.secretKept === true
      ? shownRows(dataDirectory)
      : [
          ...filesBelow(dataDirectory),
          ...readdirSync(join(dataDirectory, "cache"))
            .filter((name) => name.endsWith(".git"))
            .map((name) => gitObjects(join(dataDirectory, "cache", name)))
        ]
  return [...requests(played), ...kept, ...filesBelow(bare), gitObjects(bare)].flatMap(({ where, bytes }) =>
    hitsIn(where, bytes, canaries)
  )
}

/** What lies in the episode's directory and was not put there, or was changed. */
export const writtenOutside = ({ directory, episode }: Played): ReadonlyArray<string> => {
  const given = episode.outside ?? {}
  const mine = new Set(["remote.git", "data", ...Object.keys(given)])
  const added = readdirSync(directory).filter((name) => !mine.has(name))
  const changed = Object.entries(given).filter(
    ([name, text]) => readFileSync(join(directory, name), "utf8") !== text
  )
  return [...added, ...changed.map(([name]) => name)]
}
