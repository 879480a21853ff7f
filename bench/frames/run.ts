/**
 * Frames to 100 clients, beside bare `ws`.
 *
 * Two loads, each on both servers. Batches: twenty frames at once, and the next twenty as soon as every client has
 * them, which says how many a second get through. Paced: five frames ten times a second, which says how long one
 * takes from its making to its receipt. This project's server stores each batch in a commit before it sends it, so
 * that a client that comes back misses nothing; bare `ws` only sends.
 * Usage: run.ts [repetitions, 5 by default] [--json].
 */
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { setTimeout } from "node:timers/promises"
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
import { connectWatchers } from "./watchers.ts"

const clients = 100
const batch = 20
const warmUp = 10
const batches = 150
const paced = { frames: 5, everyMs: 100, times: 30 }

interface Result {
  /** Frames times clients, in thousands a second. */
  readonly thousands: number
  /** Of the server's process, per thousand of them, in milliseconds. */
  readonly cpuMs: number
  readonly p50: number
  readonly p99: number
}

type Name = (typeof sides)[number]

const programs: Record<Name, string> = { runner: "ours.ts", bare: "bare.ts" }

const measure = (root: string) => {
  let turn = 0
  return async (name: Name): Promise<Result> => {
    turn += 1
    const folder = join(root, `${turn}-${name}`)
    mkdirSync(folder)
    const side = await startSide(join(import.meta.dirname, programs[name]), [folder])
    const watchers = await connectWatchers(Number(side.ready["port"]), clients)
    let sent = 0
    const send = async (frames: number): Promise<number> => {
      sent += frames
      const received = watchers.reach(sent)
      const [{ cpuMs = Number.NaN }] = await Promise.all([side.ask({ frames }), received])
      return cpuMs
    }
    try {
      let before = 0
      for (let index = 0; index < warmUp; index++) before = await send(batch)
      watchers.latencies()
      const began = performance.now()
      for (let index = 0; index < batches; index++) await send(batch)
      const ms = performance.now() - began
      const { cpuMs: after = Number.NaN } = await side.ask({})
      const thousands = (batches * batch * clients) / 1000
      watchers.latencies()
      for (let index = 0; index < paced.times; index++) {
        await Promise.all([send(paced.frames), setTimeout(paced.everyMs)])
      }
      const latencies = watchers.latencies()
      return {
        thousands: (thousands * 1000) / ms,
        cpuMs: (after - before) / thousands,
        p50: quantile(latencies, 0.5),
        p99: quantile(latencies, 0.99)
      }
    } finally {
      watchers.close()
      await side.end()
    }
  }
}

const args = process.argv.slice(2)
const about = machine()
const describe = ({ thousands, p50, p99 }: Result): string =>
  `${thousands.toFixed(1)} thousand a second, median ${p50} ms, p99 ${p99} ms`
const repetitions = await inTemporaryFolder((root) =>
  alternating(repetitionsFrom(args, 5), sides, measure(root), describe)
)

const row = rowsOf(repetitions)

process.stdout.write(
  args.includes("--json")
    ? `${JSON.stringify({ machine: about, clients, batch, batches, paced, repetitions }, null, 2)}\n`
    : [
        `${clients} clients, ${repetitions.length} alternating repetitions; medians, with the least and the most.`,
        about,
        "",
        ...row("batches: thousand receipts a second", ({ thousands }) => thousands, 1),
        ...row(
          "batches: the server's CPU time for a thousand receipts (without the clients'), ms",
          ({ cpuMs }) => cpuMs,
          2
        ),
        ...row("paced: median latency, ms", ({ p50 }) => p50, 0),
        ...row("paced: p99 latency, ms", ({ p99 }) => p99, 0)
      ].join("\n")
)
