/**
 * What other users of the machine could read while a run goes on: the arguments of every process, looked at whenever
 * somebody who takes part says that he is there.
 *
 * A script meets the sampler by `meetAt`: it waits until the process table was read, so that no sleep decides what is
 * seen. What the script's own environment was is kept as well.
 */
import { mkdirSync, readdirSync, readFileSync, watch, writeFileSync } from "node:fs"
import { join } from "node:path"

/** One process at a moment. */
export interface Seen {
  readonly pid: number
  readonly args: string
}

/** A running sampler. `at` counts the meetings by their names. */
export interface Sampler {
  /** Shell lines that define `meet <name>`. */
  readonly meetAt: string
  /** Every command line that was seen. */
  readonly commandLines: () => ReadonlyArray<string>
  /** The environments of the scripts that met here by a name, as `env` prints them. */
  readonly environments: (name: string) => ReadonlyArray<string>
  /** The environments of processes whose command line matched `watchFor`. */
  readonly watched: () => ReadonlyArray<string>
  readonly close: () => void
}

const processes = (): ReadonlyArray<Seen> =>
  readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) return []
    try {
      const args = readFileSync(`/proc/${name}/cmdline`, "utf8").replaceAll("\0", " ").trim()
      return args === "" ? [] : [{ pid: Number(name), args }]
    } catch {
      return []
    }
  })

const environmentOf = (pid: number): ReadonlyArray<string> => {
  try {
    return [readFileSync(`/proc/${pid}/environ`, "utf8").replaceAll("\0", "\n")]
  } catch {
    return []
  }
}

/** Starts one in a folder of its own. */
export const startSampler = (parent: string, watchFor = /^$/): Sampler => {
  const folder = join(parent, "seen")
  mkdirSync(folder)
  const lines = new Set<string>()
  const watched = new Set<string>()
  const answered = new Set<string>()
  const look = () => {
    const waiting = readdirSync(folder).filter((name) => name.startsWith("at.") && !answered.has(name))
    if (waiting.length === 0) return
    for (const { pid, args } of processes()) {
      lines.add(args)
      if (watchFor.test(args)) environmentOf(pid).forEach((text) => watched.add(text))
    }
    for (const name of waiting) {
      answered.add(name)
      writeFileSync(join(folder, `ok.${name}`), "")
    }
  }
  const watcher = watch(folder, look)
  return {
    meetAt: `meet() {
  meeting=$(mktemp '${folder}'/env."$1".XXXXXX)
  env > "$meeting"
  name=at.\${meeting##*/}
  : > '${folder}'/"$name"
  until [ -e '${folder}'/ok."$name" ]; do sleep 0.02; done
}`,
    commandLines: () => [...lines],
    environments: (name) =>
      readdirSync(folder)
        .filter((file) => file.startsWith(`env.${name}.`))
        .map((file) => readFileSync(join(folder, file), "utf8")),
    watched: () => [...watched],
    close: () => watcher.close()
  }
}
