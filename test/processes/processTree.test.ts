/**
 * Agents and builds that do everything to outlive their end: double fork, a session of their own, deaf to TERM, and
 * where pid namespaces can be made also an empty environment. None of it is alive after a time-out, a stop, or the
 * kill of the worker and a resume.
 *
 * Both ways of keeping processes together are tried: a pid namespace, where this machine has them, and the mark.
 * `DEVTEAM_QUICK` tries only the better one, and only agents.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { findContainment } from "@devteam/adapters-sandbox/local/namespaceProbe"
import { aliveWith, uniqueSleep } from "@devteam/core/testing/contracts/sandboxProcesses"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { makeBareRemote } from "../support/bareRemote.ts"
import { readDatabase } from "../support/databaseContents.ts"
import { devteam, makePlace, startProgram } from "../support/devteamProcess.ts"
import { findViolations, markedProcesses } from "../support/invariants.ts"
import { journalsOf } from "../support/journalOf.ts"
import type { Job } from "./support/worker.ts"

const list = `Phase 1: Begin (Dependencies: [])

- 1.1 First (Dependencies: [])
`

const project = "acme/shop"

/**
 * Hangs at its first call, with descendants of every kind around it, and writes a file at later ones. `clear` goes
 * before a descendant that is to have no environment.
 */
const stubborn = (directory: string, name: string, token: string, clear: string): string => `#!/bin/sh
if [ -e '${directory}/${name}-called' ]; then echo done > done.txt; exit 0; fi
touch '${directory}/${name}-called'
trap '' TERM
sleep ${token} &
(setsid sh -c 'trap "" TERM; (setsid sleep ${token} &); exec sleep ${token}' &)
(${clear} setsid sh -c 'trap "" TERM; while :; do sleep ${token}; done' &)
while :; do sleep ${token}; done
`

const harmless = (name: string): string => `#!/bin/sh
echo '${name} works'
echo done > done.txt
`

/** The sleeps of one tree, at the least. */
const treeSize = 5

const until = async (what: string, holds: () => boolean): Promise<void> => {
  const deadline = Date.now() + 30_000
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`It never came to: ${what}`)
    await sleep(20)
  }
}

const best = await Effect.runPromise(findContainment("/usr/local/bin:/usr/bin:/bin"))
const quick = process.env["DEVTEAM_QUICK"] !== undefined
const both = best.kind === "pid_namespace" && !quick
const containments = both ? (["auto", "env_mark"] as const) : (["auto"] as const)
const programs = quick ? (["agent"] as const) : (["agent", "build"] as const)

const makeProject = (
  who: "agent" | "build",
  containment: "auto" | "env_mark",
  limits: Job["limits"] = {}
) => {
  const directory = mkdtempSync(join(tmpdir(), "devteam-tree-"))
  const place = makePlace(directory)
  const token = uniqueSleep()
  // The mark is lost with the environment; only a namespace holds on to such a process.
  const clear = containment === "auto" && best.kind === "pid_namespace" ? "env -i" : ""
  const paths = { agent: join(directory, "agent.sh"), build: join(directory, "build.sh") }
  for (const name of ["agent", "build"] as const) {
    const text = name === who ? stubborn(directory, name, token, clear) : harmless(name)
    writeFileSync(paths[name], text, { mode: 0o755 })
  }
  const remote = makeBareRemote(directory, { "tasks.md": list })
  const { dataDirectory } = place
  const job: Job = { dataDirectory, projectId: project, url: remote, ...paths, limits, containment }
  return {
    place,
    remote,
    work: () => startProgram(place, "../processes/support/worker.ts", [JSON.stringify(job)]),
    stop: () => devteam(place, ["stop", project]),
    up: () => until("the whole tree runs", () => aliveWith(token).length >= treeSize),
    alive: () => aliveWith(token),
    marked: () => markedProcesses(readDatabase(dataDirectory).instance),
    remove: () => {
      for (const pid of aliveWith(token)) process.kill(pid, "SIGKILL")
      rmSync(directory, { recursive: true, force: true, maxRetries: 3 })
    }
  }
}

const limitOf = { agent: "agentMs", build: "buildMs" } as const

for (const containment of containments) {
  for (const who of programs) {
    describe(`${who}, kept together by ${containment === "auto" ? best.kind : containment}`, () => {
      it("after its time-out", async ({ onTestFinished }) => {
        const limits = { [limitOf[who]]: 2_000, rounds: 1 }
        const { work, up, alive, marked, place, remove } = makeProject(who, containment, limits)
        onTestFinished(remove)
        const { ended } = work()
        await up()
        const { stdout, stderr } = await ended
        assert.include(stdout, `"status":"error"`, stderr)
        assert.deepStrictEqual(alive(), [])
        assert.deepStrictEqual(marked(), [])
        const spent = journalsOf(place.dataDirectory)[0]?.records.find(
          ({ event }) => event._tag === "RoundSpent"
        )
        assert.deepInclude(spent?.event, { reason: who === "agent" ? "agent_timeout" : "build_timeout" })
      })

      it("after a stop", async ({ onTestFinished }) => {
        const { work, stop, up, alive, marked, place, remote, remove } = makeProject(who, containment)
        onTestFinished(remove)
        const { ended } = work()
        await up()
        const stopped = await stop()
        assert.deepStrictEqual(alive(), [], "when `stop` says that it has stopped")
        assert.deepStrictEqual(marked(), [])
        assert.include([0, 4], stopped.code, stopped.stderr)
        await ended
        assert.deepStrictEqual(findViolations({ dataDirectories: [place.dataDirectory], remote }), [])
      })

      it("after kill -9 of the worker and a resume", async ({ onTestFinished }) => {
        const { work, up, alive, marked, place, remote, remove } = makeProject(who, containment)
        onTestFinished(remove)
        const first = work()
        await up()
        first.child.kill("SIGKILL")
        await first.ended
        // The control: without a namespace nothing but the next worker ends them.
        if (containment === "env_mark" || best.kind === "env_mark")
          assert.isAtLeast(alive().length, treeSize, "the kill alone")
        const { stdout, stderr } = await work().ended
        assert.include(stdout, `"status":"completed"`, stderr)
        assert.deepStrictEqual(alive(), [])
        assert.deepStrictEqual(marked(), [])
        assert.deepStrictEqual(findViolations({ dataDirectories: [place.dataDirectory], remote }), [])
      })
    })
  }
}
