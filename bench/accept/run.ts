/**
 * How many events a second are accepted, and how long one takes, beside a minimal Fastify server with node:sqlite
 * that stores the same in one commit a request.
 *
 * 50 connections, each with one request at a time; every event starts an execution of a project of its own. Both
 * servers run as one process on an empty database with synchronous=FULL, the load in this one.
 * Usage: run.ts [repetitions, 5 by default] [--json].
 */
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import {
  alternating,
  inTemporaryFolder,
  machine,
  quantile,
  repetitionsFrom,
  rowsOf,
  sides,
  startSide
} from "../comparison.ts"
import { connect, load } from "./load.ts"

const connections = 50
const warmUp = 500
const measured = 2_000

interface Result {
  readonly perSecond: number
  readonly p50: number
  readonly p99: number
  /** Of the server's process, per event. */
  readonly cpuMs: number
}

type Name = (typeof sides)[number]

const programs: Record<Name, string> = { runner: "ours.ts", bare: "bare.ts" }
const databases: Record<Name, string> = { runner: "devteam.sqlite", bare: "bare.sqlite" }

/** A side must have stored everything, or its time says nothing. */
const checkStored = (file: string): void => {
  const database = new DatabaseSync(file, { readOnly: true })
  for (const table of ["client_event", "idempotency", "execution", "journal", "frame"]) {
    const count = database.prepare(`SELECT count(*) AS count FROM ${table}`).get()?.["count"]
    if (count !== warmUp + measured) throw new Error(`${file} has ${count} rows in ${table}`)
  }
  database.close()
}

const measure = (root: string) => {
  let turn = 0
  return async (name: Name): Promise<Result> => {
    turn += 1
    const folder = join(root, `${turn}-${name}`)
    mkdirSync(folder)
    const program = join(import.meta.dirname, programs[name])
    const side = await startSide(program, [folder, String(warmUp + measured)])
    const agent = connect(connections)
    try {
      const port = Number(side.ready["port"])
      await load(agent, port, { from: 0, until: warmUp })
      const before = (await side.ask({}))["cpuMs"] ?? Number.NaN
      const { ms, latencies } = await load(agent, port, { from: warmUp, until: warmUp + measured })
      const after = (await side.ask({}))["cpuMs"] ?? Number.NaN
      checkStored(join(folder, databases[name]))
      return {
        perSecond: (measured * 1000) / ms,
        p50: quantile(latencies, 0.5),
        p99: quantile(latencies, 0.99),
        cpuMs: (after - before) / measured
      }
    } finally {
      agent.destroy()
      await side.end()
    }
  }
}

const args = process.argv.slice(2)
const about = machine()
const describe = ({ perSecond, p50, p99 }: Result): string =>
  `${perSecond.toFixed(0)} events/s, median ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`
const repetitions = await inTemporaryFolder((root) =>
  alternating(repetitionsFrom(args, 5), sides, measure(root), describe)
)

const row = rowsOf(repetitions)

process.stdout.write(
  args.includes("--json")
    ? `${JSON.stringify({ machine: about, connections, measured, repetitions }, null, 2)}\n`
    : [
        `${measured} events over ${connections} connections, ${repetitions.length} alternating repetitions;`,
        `medians, with the least and the most. ${about}`,
        "",
        ...row("events accepted a second", ({ perSecond }) => perSecond, 0),
        ...row("median latency, ms", ({ p50 }) => p50, 1),
        ...row("p99 latency, ms", ({ p99 }) => p99, 1),
        ...row("the server's CPU time an event, ms", ({ cpuMs }) => cpuMs, 3)
      ].join("\n")
)
