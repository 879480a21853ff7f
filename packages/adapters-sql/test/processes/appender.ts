/**
 * A process that works on one execution until it is killed or has done its count: the other side of the tests with
 * several processes.
 *
 * Usage: appender.ts <dataDirectory> <projectId> <executionId> <worker|request|early> <count>. It opens the stores,
 * says `ready`, waits for a line on stdin, and acknowledges each append on stdout by the version that it made. `early`
 * is the faulty one: it acknowledges before it appends.
 */
import { writeSync } from "node:fs"
import { hostname } from "node:os"
import { Effect, Option } from "effect"
import { ExecutionId, ProjectId } from "@devteam/core/model/Ids"
import { Frames } from "@devteam/core/ports/Frames"
import { Journal } from "@devteam/core/ports/Journal"
import { type LeaseOwner, Leases } from "@devteam/core/ports/Leases"
import { stepStarted } from "@devteam/core/testing/given"
import { sqliteStores } from "../../src/layers.ts"

const [dataDirectory = "", project = "", execution = "", mode = "", times = "0"] = process.argv.slice(2)
const projectId = ProjectId.make(project)
const executionId = ExecutionId.make(execution)
const count = Number(times)

/** Unbuffered: a kill must not take what was acknowledged. */
const say = (line: string) => Effect.sync(() => writeSync(1, `${line}\n`))

const owner: LeaseOwner = { host: hostname(), bootId: "test", pid: process.pid, startedAt: "0", worker: "w" }
const isDead = ({ pid }: LeaseOwner) =>
  Effect.sync(() => {
    try {
      process.kill(pid, 0)
      return false
    } catch {
      return true
    }
  })

const program = Effect.gen(function* () {
  const journal = yield* Journal
  const frames = yield* Frames
  const leases = yield* Leases
  yield* say("ready")
  yield* Effect.callback<void>((resume) => void process.stdin.once("data", () => resume(Effect.void)))
  const lease = mode === "request" ? Option.none() : yield* leases.acquire(projectId, owner, 60_000, isDead)
  if (mode !== "request" && Option.isNone(lease))
    return yield* Effect.die(new Error("the lease was not taken over"))
  const epoch = Option.getOrUndefined(Option.map(lease, (held) => held.epoch))

  let { version } = yield* journal.load(executionId)
  if (mode === "early") for (let ahead = 1; ahead <= 1_000; ahead += 1) yield* say(String(version + ahead))
  for (let done = 0; done < count;) {
    const at = Date.now()
    const appended = yield* journal
      .append({ executionId, expectedVersion: version, at, epoch, events: [stepStarted("PREP")] })
      .pipe(
        Effect.map((state) => ({ version: state.version, done: 1 })),
        Effect.catchIf(
          (error) => error.reason === "version_conflict",
          () => Effect.map(journal.load(executionId), (state) => ({ version: state.version, done: 0 }))
        )
      )
    version = appended.version
    done += appended.done
    if (appended.done === 0) continue
    if (mode !== "early") yield* say(String(version))
    if (epoch === undefined) continue
    const payload = { executionId, text: String(version) }
    yield* frames.append(projectId, epoch, [{ type: "execution-log", at: Date.now(), payload }])
  }
})

await Effect.runPromise(Effect.provide(program, sqliteStores({ dataDirectory })))
process.exit(0)
