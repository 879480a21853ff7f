/**
 * Who waits for changes of which project, and waking them: commits of this process at once, others' by polling.
 *
 * One poller per process serves all waiters. A wake-up carries nothing and is never lost for good: a waiter is woken
 * once when it begins to wait, and again whenever something may have been committed since.
 */
import { Context, Effect, Layer, Queue, type Scope, Stream } from "effect"
import type { ProjectId } from "@devteam/core/model/Ids"
import { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"

/** `changes` emits at once and after every possible change, endlessly; `notify` is for a commit of this process. */
export interface WakeupsShape {
  readonly changes: (projectId: ProjectId) => Stream.Stream<void>
  readonly notify: (projectId: ProjectId) => Effect.Effect<void>
}

/** See {@link WakeupsShape}. */
export class Wakeups extends Context.Service<Wakeups, WakeupsShape>()("@devteam/adapters-sql/Wakeups") {}

/** Changes when somebody committed: per project on Postgres, of the whole file on SQLite. */
type Mark = readonly [projectId: string, mark: number]

const marksOf =
  (sql: SqlClient) =>
  (projects: ReadonlyArray<string>): Effect.Effect<ReadonlyArray<Mark>, SqlError> =>
    sql.onDialectOrElse({
      pg: () =>
        sql<{ readonly projectId: string; readonly frameSeq: number }>`
        SELECT project_id, frame_seq FROM lease WHERE ${sql.in("project_id", projects)}`.pipe(
          Effect.map((rows) => rows.map((row): Mark => [row.projectId, row.frameSeq]))
        ),
      orElse: () =>
        // Changes exactly when another connection has committed.
        sql<{ readonly dataVersion: number }>`PRAGMA data_version`.pipe(
          Effect.map(([row]) => projects.map((project): Mark => [project, row?.dataVersion ?? 0]))
        )
    })

type Waiters = Map<string, Set<Queue.Queue<void>>>

const subscribe = (
  waiters: Waiters,
  projectId: string
): Effect.Effect<Queue.Queue<void>, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.map(Queue.sliding<void>(1), (queue) => {
      const queues = waiters.get(projectId) ?? new Set()
      waiters.set(projectId, queues.add(queue))
      Queue.offerUnsafe(queue, undefined)
      return queue
    }),
    (queue) =>
      Effect.suspend(() => {
        const queues = waiters.get(projectId)
        queues?.delete(queue)
        if (queues?.size === 0) waiters.delete(projectId)
        return Queue.shutdown(queue)
      })
  )

/** One poll every 100 ms while anybody waits. */
export const layer: Layer.Layer<Wakeups, never, SqlClient> = Layer.effect(
  Wakeups,
  Effect.gen(function* () {
    const marks = marksOf(yield* SqlClient)
    const waiters: Waiters = new Map()
    const wake = (projectId: string) => {
      for (const queue of waiters.get(projectId) ?? []) Queue.offerUnsafe(queue, undefined)
    }
    let seen = new Map<string, number>()
    const poll = Effect.gen(function* () {
      if (waiters.size === 0) return
      const found = yield* marks([...waiters.keys()])
      const before = seen
      seen = new Map(found)
      for (const [projectId, mark] of found) if (before.get(projectId) !== mark) wake(projectId)
    })
    yield* poll.pipe(
      // A poll that failed told nothing: whoever waits will find out by asking itself.
      Effect.catchTag("SqlError", () => Effect.sync(() => [...waiters.keys()].forEach(wake))),
      Effect.andThen(Effect.sleep("100 millis")),
      Effect.forever,
      Effect.forkScoped
    )
    return {
      changes: (projectId) =>
        Stream.unwrap(Effect.map(subscribe(waiters, projectId), (queue) => Stream.fromQueue(queue))),
      notify: (projectId) => Effect.sync(() => wake(projectId))
    }
  })
)
