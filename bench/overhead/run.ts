/**
 * How much longer the runner takes than a shell script that does the same git and npm work.
 *
 * Ten tasks with an agent that costs nothing, so that only the runner's own work is in the difference; a real agent
 * takes minutes, and the ratio goes to 1. Both sides run as one process each, on the same machine, in alternating
 * pairs; which goes first changes with every pair. Usage: run.ts [pairs, 5 by default] [--json].
 */
import { spawnSync } from "node:child_process"
import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs"
import { cpus, tmpdir } from "node:os"
import { join } from "node:path"
import type { RunTimes } from "./journalTimes.ts"
import { type Measured, report, type Time } from "./report.ts"
import { cleanEnvironment, makeSample, type Sample, taskCount } from "./sample.ts"

/** The shell says last what its children took of the processors: user and system time, as `0m1.234s`. */
const cpuMs = (stderr: string): number =>
  [...(stderr.trimEnd().split("\n").at(-1) ?? "").matchAll(/(\d+)m([\d.]+)s/g)].reduce(
    (sum, [, minutes, seconds]) => sum + Number(minutes) * 60_000 + Number(seconds) * 1000,
    0
  )

interface Timed extends Time {
  readonly stdout: string
}

/** Kept over the pairs, as a user's is kept over calls: for npm and for the runner alike. */
const compileCache = mkdtempSync(join(tmpdir(), "devteam-bench-code-"))

const timed = (argv: ReadonlyArray<string>, home: string): Timed => {
  const began = performance.now()
  const child = spawnSync("sh", ["-c", '"$@"; status=$?; times >&2; exit $status', "sh", ...argv], {
    env: { ...cleanEnvironment(home), NODE_COMPILE_CACHE: compileCache },
    encoding: "utf8"
  })
  const ms = performance.now() - began
  if (child.status === 0) return { ms, cpuMs: cpuMs(child.stderr), stdout: child.stdout }
  throw new Error(
    `${argv.join(" ")} failed (${child.status ?? child.signal}):\n${child.stdout}\n${child.stderr}`
  )
}

/** A side must have done its work, or its time says nothing. */
const checkRemote = (remote: string, home: string): void => {
  const count = timed(["git", "-C", remote, "rev-list", "--count", "main"], home).stdout.trim()
  const list = timed(["git", "-C", remote, "show", "main:TASKS.md"], home).stdout
  const ticks = list.split("\n").filter((line) => line.startsWith("- [x] ")).length
  if (count !== String(taskCount + 1) || ticks !== taskCount) {
    throw new Error(
      `${remote} has ${count} commits and ${ticks} ticks; ${taskCount + 1} and ${taskCount} are right.`
    )
  }
}

const side = (
  root: string,
  sample: Sample,
  name: string,
  argv: (remote: string, work: string) => Array<string>
) => {
  const work = join(root, name)
  const remote = join(work, "remote.git")
  mkdirSync(work)
  cpSync(sample.remote, remote, { recursive: true })
  const result = timed(argv(remote, work), work)
  checkRemote(remote, work)
  rmSync(work, { recursive: true, force: true })
  return result
}

const script = (root: string, sample: Sample, pair: number): Time =>
  side(root, sample, `script-${pair}`, (remote, work) => [
    join(import.meta.dirname, "script.sh"),
    remote,
    sample.agent,
    String(taskCount),
    work
  ])

const runner = (root: string, sample: Sample, pair: number) => {
  const time = side(root, sample, `runner-${pair}`, (remote, work) => [
    process.execPath,
    "--conditions=devteam-source",
    join(import.meta.dirname, "runner.ts"),
    remote,
    sample.agent,
    work
  ])
  return { time, where: JSON.parse(time.stdout) as RunTimes }
}

const measure = (root: string, sample: Sample, pair: number): Measured => {
  if (pair % 2 === 1) {
    const first = script(root, sample, pair)
    const { time, where } = runner(root, sample, pair)
    return { script: first, runner: time, where }
  }
  const { time, where } = runner(root, sample, pair)
  return { script: script(root, sample, pair), runner: time, where }
}

const args = process.argv.slice(2)
const pairs = Number(args.find((arg) => /^\d+$/.test(arg)) ?? 5)
const json = args.includes("--json")
const root = mkdtempSync(join(tmpdir(), "devteam-bench-"))
try {
  const sample = makeSample(root)
  const measured: Array<Measured> = []
  for (let pair = 1; pair <= pairs; pair++) {
    const one = measure(root, sample, pair)
    measured.push(one)
    const [a, b] = [one.script.ms, one.runner.ms].map((ms) => (ms / 1000).toFixed(2))
    const ratio = (one.runner.ms / one.script.ms).toFixed(3)
    process.stderr.write(`pair ${pair}/${pairs}: script ${a} s, runner ${b} s, ratio ${ratio}\n`)
  }
  const machine = `${cpus().length} × ${cpus()[0]?.model ?? "unknown CPU"}, Node ${process.versions.node}, ${process.platform}`
  process.stdout.write(
    json ? `${JSON.stringify({ machine, taskCount, measured }, null, 2)}\n` : report(machine, measured)
  )
} finally {
  for (const directory of [root, compileCache]) rmSync(directory, { recursive: true, force: true })
}
