/**
 * One data directory, many processes: a run that is killed at random and resumed, two that watch, one that pauses,
 * resumes and stops.
 *
 * `DEVTEAM_PROCESS_ROUNDS` says how many rounds (default 100, 10 with `DEVTEAM_QUICK`), `DEVTEAM_SEED` repeats a
 * sequence.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { availableParallelism, loadavg, tmpdir } from "node:os"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { setTimeout as sleep } from "node:timers/promises"
import { assert, it } from "@effect/vitest"
import { makeBareRemote } from "../support/bareRemote.ts"
import {
  devteam,
  makePlace,
  type Place,
  type ProcessEnd,
  type Started,
  startDevteam
} from "../support/devteamProcess.ts"
import { stepsNobodyAskedFor } from "../support/history.ts"
import { findViolations } from "../support/invariants.ts"
import { journalsOf } from "../support/journalOf.ts"
import { effectsIn, percentile } from "./support/effects.ts"
import { startSteerer, startWatcher } from "./support/terminals.ts"

const project = "acme/shop"
const rounds = Number(
  process.env["DEVTEAM_PROCESS_ROUNDS"] ?? (process.env["DEVTEAM_QUICK"] === undefined ? 100 : 10)
)
const seed = Number(process.env["DEVTEAM_SEED"] ?? "128480")

/** Numbers from 0 to 1 that a seed repeats. */
const randomFrom = (start: number) => {
  let state = start
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** More tasks than the rounds can do. */
const list = [
  "Phase 1: Everything (Dependencies: [])",
  "",
  ...Array.from(
    { length: 4 * rounds + 20 },
    (_, n) => `- 1.${n + 1} Change number ${n + 1} (Dependencies: [])`
  ),
  ""
].join("\n")

/** Most changes take a moment, some so long that only an interruption ends them in time. */
const agent = `#!/bin/sh
case $(( $$ % 5 )) in 0) sleep 30 ;; 1) sleep 0.4 ;; *) ;; esac
echo "$DEVTEAM_TASK_ID" > "done-$DEVTEAM_TASK_ID.txt"
`

const statusOf = (dataDirectory: string): string => {
  const database = new DatabaseSync(join(dataDirectory, "devteam.sqlite"), { readOnly: true, timeout: 5_000 })
  const row = database.prepare("SELECT status FROM execution ORDER BY ordinal DESC LIMIT 1").get()
  database.close()
  return String(row?.["status"])
}

const isEnded = (status: string) => ["completed", "stopped", "error", "undefined"].includes(status)

const makeProject = () => {
  const directory = mkdtempSync(join(tmpdir(), "devteam-processes-"))
  const place: Place = makePlace(directory)
  const remote = makeBareRemote(directory, { "tasks.md": list, "README.md": "A project\n" })
  const program = join(directory, "agent.sh")
  writeFileSync(program, agent, { mode: 0o755 })
  const verify = ["--verify", "test -f README.md"]
  return {
    place,
    remote,
    run: () =>
      startDevteam(place, [
        "run",
        remote,
        "--project",
        project,
        ...verify,
        "--agent",
        "command",
        "--",
        program
      ]),
    resume: () => startDevteam(place, ["resume", project]),
    remove: () => rmSync(directory, { recursive: true, force: true, maxRetries: 3 })
  }
}

const expectedCodes = [0, 1, 3, 4, 5, null]

it(
  `${rounds} rounds of a run, two watchers, requests and SIGKILL on one data directory (seed ${seed})`,
  { timeout: 60_000 + rounds * 20_000 },
  async ({ onTestFinished }) => {
    const { place, remote, run, resume, remove } = makeProject()
    const { dataDirectory } = place
    onTestFinished(remove)
    const random = randomFrom(seed)
    const watchers = await Promise.all([startWatcher(place, project), startWatcher(place, project)])
    const steerer = await startSteerer(place, project)

    let worker: Started | undefined
    const ended: Array<ProcessEnd> = []
    const clients: Array<ProcessEnd> = []
    const kills: Array<number> = []
    const begin = () => {
      const running = isEnded(statusOf(dataDirectory)) ? run() : resume()
      void running.ended.then((end) => {
        ended.push(end)
        if (worker === running) worker = undefined
      })
      worker = running
    }
    const kill = async () => {
      const victim = worker
      if (victim === undefined) return
      victim.child.kill("SIGKILL")
      await victim.ended
      kills.push(Date.now())
    }
    const ask = (act: "pause" | "pause now" | "resume" | "stop", round: number, part = "") =>
      steerer.ask({ act, by: `round-${round}${part}` })

    for (let round = 1; round <= rounds; round++) {
      if (worker === undefined) begin()
      await sleep(200 + random() * 1_800)
      const dice = random()
      if (dice < 0.3) await kill()
      else if (dice < 0.4) clients.push(await devteam(place, ["pause", project, "--now"]))
      else if (dice < 0.5) await ask("pause now", round)
      else if (dice < 0.6) await Promise.all([ask("pause", round, "a"), ask("pause now", round, "b")])
      else if (dice < 0.7) {
        await ask("pause", round, "a")
        await ask("resume", round, "b")
      } else if (dice < 0.8) await Promise.all([ask("stop", round, "a"), ask("pause now", round, "b")])
      else if (dice < 0.9) await ask("stop", round)
      else {
        await kill()
        await ask(random() < 0.5 ? "stop" : "pause now", round)
      }
    }
    await kill()
    await ask("stop", rounds + 1)
    await steerer.close()
    const watched = await Promise.all(watchers.map((watcher) => watcher.close()))

    const executions = journalsOf(dataDirectory)
    const records = executions.flatMap((execution) => execution.records)
    const asked = new Set(
      records.flatMap(({ event }) => ("by" in event ? [`${event._tag} ${event.by}`] : []))
    )
    const tags = {
      pause: "PauseRequested",
      "pause now": "PauseRequested",
      resume: "Resumed",
      stop: "StopRequested"
    }
    const acknowledged = steerer.answers.filter(({ outcome }) => outcome === "changed")
    const lost = acknowledged.filter(({ act, by }) => !asked.has(`${tags[act]} ${by}`))
    assert.deepStrictEqual(lost, [], "acknowledged, and not in the journal")

    for (const { looks, violations } of watched) {
      assert.isAbove(looks, rounds)
      assert.deepStrictEqual(violations, [])
    }
    for (const { code, stderr } of ended) {
      // It was stopped between the look at its status and the start of `resume`.
      if (code === 2) assert.include(stderr, "There is nothing to resume")
      else assert.include(expectedCodes, code, stderr)
    }
    for (const execution of executions) assert.deepStrictEqual(stepsNobodyAskedFor(execution.records), [])
    assert.deepStrictEqual(findViolations({ dataDirectories: [dataDirectory], remote }), [])

    for (const { code, stderr } of clients) {
      if (code !== 0)
        assert.match(stderr, /^devteam: Cannot pause|was never run|is not known/, `exit code ${code}`)
    }

    const effects = effectsIn(executions)
    const undisturbed = effects.filter(
      ({ askedAt, effectAt }) => !kills.some((at) => at >= askedAt && at <= effectAt)
    )
    for (const kind of ["pause now", "stop"] as const) {
      const times = undisturbed
        .filter((effect) => effect.kind === kind)
        .map(({ askedAt, effectAt }) => effectAt - askedAt)
      const [p50, p95, most] = [0.5, 0.95, 1].map((share) => percentile(times, share))
      console.log(`${kind}: ${times.length} times, p50 ${p50} ms, p95 ${p95} ms, most ${most} ms`)
    }
    const completed = records.filter(({ event }) => event._tag === "TaskCompleted").length
    console.log(
      `${executions.length} executions, ${records.length} records, ${completed} tasks, ${kills.length} kills, ` +
        `${acknowledged.length} requests, ${watched.map(({ looks }) => looks).join(" and ")} looks`
    )
    // As long as more processes want to run than there are cores, everything takes that much longer.
    const queueing = Math.max(1, (loadavg()[0] ?? 1) / availableParallelism())
    const all = undisturbed.map(({ askedAt, effectAt }) => (effectAt - askedAt) / queueing)
    assert.isAtMost(percentile(all, 0.95), 1_000)
  }
)
