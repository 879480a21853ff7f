/**
 * What every journal has to do: refuse what was decided on an old state or by an old worker, and write events,
 * status and frames together or not at all.
 *
 * The suite shares one store; every test has a project of its own.
 */
import { assert, layer } from "@effect/vitest"
import { Array, Effect, type Layer, Option, Result } from "effect"
import { toFrame } from "../../envelope/Frame.ts"
import { frameOf } from "../../envelope/framesOf.ts"
import type { Event } from "../../execution/Event.ts"
import { evolve } from "../../execution/evolve.ts"
import { type Execution, initial, type State } from "../../execution/State.ts"
import { project } from "../../execution/StatusProjection.ts"
import type { ExecutionId } from "../../model/Ids.ts"
import { Frames } from "../../ports/Frames.ts"
import { Journal, type JournalError } from "../../ports/Journal.ts"
import { Leases } from "../../ports/Leases.ts"
import * as given from "../given.ts"

const ids = given.uniqueIds("journal")
const at = given.startedAt
const alive = () => Effect.succeed(false)

const reasonOf = <A>(result: Result.Result<A, JournalError>): string =>
  Result.match(result, { onSuccess: () => "accepted", onFailure: (error) => error.reason })

const begin = (own = ids()) =>
  Effect.flatMap(Journal, (journal) => journal.create([given.executionRequested(own)], at))

/** A life with a pause, a wait, text that is hard to store, and an end. */
const life: ReadonlyArray<Event> = [
  given.stepStarted("INITIALIZE"),
  given.initialized(),
  given.stepStarted("SELECT"),
  given.taskSelected(),
  {
    _tag: "WaitStarted",
    waiting: { reason: "quota", until: at + 60_000, message: "no \u0000 tokens \ud800 😀" }
  },
  { _tag: "PauseRequested", mode: "step", by: "ada" },
  { _tag: "Paused", reason: "request", message: "Paused 'on' \"request\"; -- \\ $1 ?" },
  { _tag: "Resumed", by: "ada" },
  { _tag: "WaitEnded" },
  { _tag: "TaskHeld", taskId: given.task().id, title: "Add a cart", reason: "policy", message: "m" },
  given.executionCompleted
]

/** Registers the suite for one adapter. */
export const journalContract = <E>(name: string, stores: Layer.Layer<Journal | Leases | Frames, E>): void => {
  layer(stores, { excludeTestServices: true })(`Journal contract: ${name}`, (it) => {
    it.effect("creates an execution with its status, frame and place in the lists", () =>
      Effect.gen(function* () {
        const journal = yield* Journal
        const own = ids()
        const state = yield* begin(own)
        assert.strictEqual(state.version, 1)
        assert.strictEqual(state.status, "initializing")
        assert.deepStrictEqual(yield* journal.load(own.executionId), state)
        assert.deepStrictEqual(yield* journal.latest(own.projectId), Option.some(own.executionId))
        assert.deepStrictEqual(yield* journal.status(own.projectId), Option.some(project(state)))
        const summary = { ...own, status: "initializing", startedAt: at, updatedAt: at }
        assert.deepStrictEqual(yield* journal.list({ projectId: own.projectId, limit: 10 }), [summary])
        assert.deepInclude(yield* journal.runnable, summary)
        const [frame] = yield* (yield* Frames).read(own.projectId, 0, 10)
        assert.strictEqual(frame?.seq, 1)
      })
    )

    it.effect("what is stored is what the pure functions say, for every event of a life", () =>
      Effect.gen(function* () {
        const journal = yield* Journal
        const frames = yield* Frames
        const { executionId, projectId } = yield* begin()
        for (const [index, event] of life.entries()) {
          yield* journal.append({ executionId, expectedVersion: index + 1, at: at + index, events: [event] })
          const records = yield* journal.records(executionId, 0)
          assert.deepStrictEqual(
            records.map((record) => record.seq),
            Array.range(1, index + 2)
          )
          let state: State = initial
          const expected = records.map((record) => {
            state = evolve(state, record)
            assert(state !== undefined)
            const cursor = { stream: frames.stream, seq: record.seq }
            return {
              seq: record.seq,
              frame: JSON.parse(JSON.stringify(toFrame(projectId, frameOf(record, state), cursor)))
            }
          })
          assert(state !== undefined)
          assert.deepStrictEqual(yield* journal.load(executionId), state)
          assert.deepStrictEqual(yield* journal.status(projectId), Option.some(project(state)))
          assert.deepStrictEqual(yield* frames.read(projectId, 0, 100), expected)
        }
        assert.deepStrictEqual(
          (yield* journal.records(executionId, 1)).map((record) => record.event),
          life
        )
      })
    )

    it.effect("one append of several events is one step: version, records and frames", () =>
      Effect.gen(function* () {
        const journal = yield* Journal
        const { executionId, projectId } = yield* begin()
        const state = yield* journal.append({ executionId, expectedVersion: 1, at, events: life.slice(0, 4) })
        assert.strictEqual(state.version, 5)
        assert.lengthOf(yield* journal.records(executionId, 0), 5)
        assert.deepStrictEqual(yield* (yield* Frames).range(projectId), { first: 1, last: 5 })
        const same = yield* journal.append({ executionId, expectedVersion: 5, at, events: [] })
        assert.deepStrictEqual(same, state)
      })
    )

    it.effect("refuses another version than the current one and writes nothing", () =>
      Effect.gen(function* () {
        const journal = yield* Journal
        const { executionId, projectId } = yield* begin()
        const events = [given.stepStarted("INITIALIZE")]
        for (const expectedVersion of [0, 2]) {
          const result = yield* Effect.result(journal.append({ executionId, expectedVersion, at, events }))
          assert.strictEqual(reasonOf(result), "version_conflict")
        }
        assert.lengthOf(yield* journal.records(executionId, 0), 1)
        assert.deepStrictEqual(yield* (yield* Frames).range(projectId), { first: 1, last: 1 })
        const accepted = yield* journal.append({ executionId, expectedVersion: 1, at, events })
        assert.strictEqual(accepted.version, 2)
        assert.deepStrictEqual(yield* (yield* Frames).range(projectId), { first: 1, last: 2 })
      })
    )

    it.effect("refuses a worker's old epoch, takes the current one and requests without any", () =>
      Effect.gen(function* () {
        const journal = yield* Journal
        const leases = yield* Leases
        const { executionId, projectId } = yield* begin()
        const old = yield* leases.acquire(projectId, given.owner(), 0, alive)
        const current = yield* leases.acquire(projectId, given.owner({ pid: 200 }), 60_000, alive)
        assert(Option.isSome(old) && Option.isSome(current))
        const events = [given.stepStarted("INITIALIZE")]
        const append = (expectedVersion: number, epoch?: number) =>
          Effect.result(journal.append({ executionId, expectedVersion, at, epoch, events }))
        assert.strictEqual(reasonOf(yield* append(1, old.value.epoch)), "stale_epoch")
        assert.strictEqual(reasonOf(yield* append(1, current.value.epoch + 1)), "stale_epoch")
        assert.lengthOf(yield* journal.records(executionId, 0), 1)
        assert.deepStrictEqual(yield* (yield* Frames).range(projectId), { first: 1, last: 1 })
        assert.strictEqual(reasonOf(yield* append(1, current.value.epoch)), "accepted")
        assert.strictEqual(reasonOf(yield* append(2)), "accepted")
        assert.deepStrictEqual(
          (yield* journal.records(executionId, 0)).map((record) => record.epoch),
          [0, current.value.epoch, 0]
        )
      })
    )

    it.effect("of concurrent appenders one wins each version", () =>
      Effect.gen(function* () {
        const journal = yield* Journal
        const { executionId, projectId } = yield* begin()
        for (const expectedVersion of [1, 2, 3]) {
          const one = journal.append({
            executionId,
            expectedVersion,
            at,
            events: [given.stepStarted("INITIALIZE")]
          })
          const results = yield* Effect.all(
            Array.makeBy(12, () => Effect.result(one)),
            { concurrency: "unbounded" }
          )
          const reasons = results.map(reasonOf)
          assert.lengthOf(
            reasons.filter((reason) => reason === "accepted"),
            1
          )
          assert.lengthOf(
            reasons.filter((reason) => reason === "version_conflict"),
            11
          )
        }
        const stored = yield* (yield* Frames).read(projectId, 0, 100)
        assert.deepStrictEqual(
          stored.map((frame) => frame.seq),
          [1, 2, 3, 4]
        )
      })
    )

    it.effect("a project has one active execution at a time, also when many are asked for at once", () =>
      Effect.gen(function* () {
        const journal = yield* Journal
        const { projectId } = ids()
        const create = () => Effect.result(begin({ ...ids(), projectId }))
        const results = yield* Effect.all(Array.makeBy(8, create), { concurrency: "unbounded" })
        const [first, ...others] = results.flatMap((result): ReadonlyArray<Execution> =>
          Result.isSuccess(result) ? [result.success] : []
        )
        assert(first !== undefined && others.length === 0)
        assert.deepStrictEqual(results.map(reasonOf).filter((reason) => reason === "exists").length, 7)
        const { executionId } = first
        yield* journal.append({ executionId, expectedVersion: 1, at, events: [given.executionCompleted] })
        const second = yield* begin({ ...ids(), projectId })
        assert.deepStrictEqual(yield* journal.latest(projectId), Option.some(second.executionId))
        assert.deepStrictEqual(yield* journal.status(projectId), Option.some(project(second)))
        const all = yield* journal.list({ projectId, limit: 10 })
        assert.deepStrictEqual(
          all.map((one) => one.executionId),
          [second.executionId, executionId]
        )
        assert.lengthOf(yield* journal.list({ projectId, limit: 1 }), 1)
        const [newest] = yield* journal.list({ limit: 1 })
        assert.strictEqual(newest?.executionId, second.executionId)
      })
    )

    it.effect("lists by project, user and status, from any execution on", () =>
      Effect.gen(function* () {
        const journal = yield* Journal
        const user = `odd "name" ü ${ids().executionId}`
        const made: globalThis.Array<ExecutionId> = []
        for (let count = 0; count < 3; count++) {
          const own = ids()
          yield* journal.create([given.executionRequested({ ...own, userId: user })], at)
          made.unshift(own.executionId)
        }
        const [newest, middle, oldest] = made
        assert(newest !== undefined && middle !== undefined && oldest !== undefined)
        yield* journal.append({ executionId: middle, expectedVersion: 1, at, events: [given.initialized()] })
        const listed = (filter: Partial<Parameters<typeof journal.list>[0]>) =>
          Effect.map(journal.list({ userId: user, limit: 10, ...filter }), (rows) =>
            rows.map(({ executionId }) => executionId)
          )
        assert.deepStrictEqual(yield* listed({}), made)
        assert.deepStrictEqual(yield* listed({ limit: 2 }), [newest, middle])
        assert.deepStrictEqual(yield* listed({ before: newest }), [middle, oldest])
        assert.deepStrictEqual(yield* listed({ before: newest, limit: 1 }), [middle])
        assert.deepStrictEqual(yield* listed({ before: oldest }), [])
        assert.deepStrictEqual(yield* listed({ before: given.executionId("nobody") }), [])
        assert.deepStrictEqual(yield* listed({ status: "running" }), [middle])
        assert.deepStrictEqual(yield* listed({ status: "running", before: middle }), [])
        assert.deepStrictEqual(yield* listed({ userId: "nobody" }), [])
        const [row] = yield* journal.list({ userId: user, limit: 1 })
        assert.strictEqual(row?.userId, user)
      })
    )

    it.effect("an execution's id is used once", () =>
      Effect.gen(function* () {
        const own = ids()
        yield* begin(own)
        const again = yield* Effect.result(begin({ ...own, projectId: ids().projectId }))
        assert.strictEqual(reasonOf(again), "exists")
      })
    )

    it.effect("paused and ended executions are not runnable, waiting and pausing ones are", () =>
      Effect.gen(function* () {
        const journal = yield* Journal
        const { executionId } = yield* begin()
        const runs = Effect.map(journal.runnable, (all) => all.some((one) => one.executionId === executionId))
        const seen: Array<readonly [string, boolean]> = [["ExecutionRequested", yield* runs]]
        for (const [index, event] of life.entries()) {
          yield* journal.append({ executionId, expectedVersion: index + 1, at, events: [event] })
          seen.push([event._tag, yield* runs])
        }
        assert.deepStrictEqual(
          seen.filter(([, runnable]) => !runnable).map(([tag]) => tag),
          ["Paused", "ExecutionCompleted"]
        )
      })
    )

    it.effect("says not_found, or nothing, about what is not there", () =>
      Effect.gen(function* () {
        const journal = yield* Journal
        const { executionId, projectId } = ids()
        assert.strictEqual(reasonOf(yield* Effect.result(journal.load(executionId))), "not_found")
        const append = journal.append({
          executionId,
          expectedVersion: 0,
          at,
          events: [given.executionCompleted]
        })
        assert.strictEqual(reasonOf(yield* Effect.result(append)), "not_found")
        assert.deepStrictEqual(yield* journal.records(executionId, 0), [])
        assert.deepStrictEqual(yield* journal.latest(projectId), Option.none())
        assert.deepStrictEqual(yield* journal.status(projectId), Option.none())
      })
    )

    it.effect("the database's own id is there and stays", () =>
      Effect.gen(function* () {
        const { instance } = yield* Journal
        assert.isAbove(instance.length, 0)
        assert.strictEqual((yield* Journal).instance, instance)
      })
    )
  })
}
