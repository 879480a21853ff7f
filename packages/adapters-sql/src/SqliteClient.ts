/**
 * Effect's `SqlClient` over `node:sqlite`: the embedded database.
 *
 * One connection per process, WAL, one fdatasync per commit. Another process's lock is waited for without blocking
 * the event loop. Needs a local disk: WAL does not work over network mounts.
 */
import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite"
import { Effect, Layer, Schedule, type Scope, Semaphore, Stream, String } from "effect"
import { Reactivity, layer as reactivityLayer } from "effect/reactivity/Reactivity"
import { SqlClient, make as makeClient, makeSqliteAcquirers } from "effect/sql/SqlClient"
import type { Connection } from "effect/sql/SqlConnection"
import type { SqlError } from "effect/sql/SqlError"
import { defaultTransforms, makeCompilerSqlite } from "effect/sql/Statement"
import { toSqlError } from "./sqliteError.ts"
import { StoreError } from "./StoreError.ts"

type Rows = ReadonlyArray<Record<string, unknown>>
type Transform = (<A extends object>(rows: ReadonlyArray<A>) => ReadonlyArray<A>) | undefined

/** The first SQLite without the WAL-reset bug, which strikes exactly where two processes write one file. */
const soundSqlite = 3_051_003

/** Whether this version of SQLite may be trusted with a file that several processes write. */
export const isSound = (version: string): boolean =>
  version.split(".").reduce((number, part) => number * 1000 + Number(part), 0) >= soundSqlite

/** `node:sqlite` binds a `Date` or a `Map` as NULL without a word; here that is an error. */
const bind = (value: unknown): SQLInputValue => {
  if (value === undefined || value === null) return null
  if (typeof value === "boolean") return value ? 1 : 0
  if (typeof value === "string" || typeof value === "number" || typeof value === "bigint") return value
  if (value instanceof Uint8Array) return value
  throw new TypeError(`SQLite cannot bind ${Object.prototype.toString.call(value)}`)
}

const cachedStatements = 200

const makePrepare = (db: DatabaseSync) => {
  const cache = new Map<string, StatementSync>() // least recently used first
  return (sql: string): StatementSync => {
    const statement = cache.get(sql) ?? db.prepare(sql)
    if (statement.sourceSQL.trimEnd().length < sql.trimEnd().length)
      throw new TypeError("one statement per query")
    cache.delete(sql)
    cache.set(sql, statement)
    const [oldest] = cache.keys()
    if (cache.size > cachedStatements && oldest !== undefined) cache.delete(oldest)
    return statement
  }
}

/** SQLite's own busy wait would block the event loop, so it is short and the rest of the waiting is done here. */
const patience = Schedule.spaced("5 millis").pipe(Schedule.jittered, Schedule.upTo({ duration: "5 seconds" }))

const makeConnection = (db: DatabaseSync): Connection => {
  const prepare = makePrepare(db)
  const attempt = <A>(run: () => A): Effect.Effect<A, SqlError> => {
    const once = Effect.try({ try: run, catch: toSqlError("execute") })
    return Effect.suspend(() =>
      db.isTransaction
        ? once
        : Effect.retry(once, {
            while: (error) => error.reason._tag === "LockTimeoutError",
            schedule: patience
          })
    )
  }
  const all = (sql: string, params: ReadonlyArray<unknown>): Rows => {
    const statement = prepare(sql)
    statement.setReturnArrays(false)
    return statement.all(...params.map(bind))
  }
  const execute = (sql: string, params: ReadonlyArray<unknown>, transform: Transform) =>
    attempt(() => (transform === undefined ? all(sql, params) : transform(all(sql, params))))
  const executeValues = (sql: string, params: ReadonlyArray<unknown>) =>
    attempt(() => {
      const statement = prepare(sql)
      statement.setReturnArrays(true)
      return statement.all(...params.map(bind)) as unknown as ReadonlyArray<ReadonlyArray<unknown>>
    })
  const executeRaw = (sql: string, params: ReadonlyArray<unknown>) =>
    attempt(() => {
      const statement = prepare(sql)
      return statement.columns().length === 0 ? statement.run(...params.map(bind)) : all(sql, params)
    })
  return {
    execute,
    executeUnprepared: execute,
    executeValues,
    executeValuesUnprepared: executeValues,
    executeRaw,
    executeStream: (sql, params, transform) => Stream.fromIterableEffect(execute(sql, params, transform))
  }
}

const make = Effect.fnUntraced(function* (
  filename: string
): Effect.fn.Return<SqlClient, SqlError, Scope.Scope | Reactivity> {
  const db = yield* Effect.acquireRelease(
    Effect.try({ try: () => new DatabaseSync(filename, { timeout: 20 }), catch: toSqlError("open") }),
    (db) => Effect.sync(() => db.close())
  )
  const connection = makeConnection(db)
  yield* connection.execute("PRAGMA journal_mode = WAL", [], undefined)
  yield* connection.execute("PRAGMA synchronous = FULL", [], undefined)
  const shared = makeSqliteAcquirers({
    connection: Effect.succeed(connection),
    semaphore: yield* Semaphore.make(1),
    isTransaction: () => db.isTransaction
  })
  // Statements end synchronously, and Semaphore schedules two wake-ups per permit: without a yield before each
  // release they multiply and timers starve for seconds, which costs leases.
  const acquirer = Effect.tap(shared.acquirer, () => Effect.addFinalizer(() => Effect.yieldNow))
  return yield* makeClient({
    ...shared,
    acquirer,
    transactionAcquirer: acquirer,
    borrower: (f) => shared.borrower((connection) => Effect.ensuring(f(connection), Effect.yieldNow)),
    driver: "node-sqlite",
    spanAttributes: [["db.system.name", "sqlite"]],
    beginTransaction: "BEGIN IMMEDIATE",
    releaseSavepoint: (name) => `RELEASE SAVEPOINT ${name}`,
    compiler: makeCompilerSqlite(String.camelToSnake),
    transformRows: defaultTransforms(String.snakeToCamel, false).array
  })
})

/**
 * Opens the database file, and makes it when it is not there; its folder has to exist. Fails with `runtime_too_old`
 * below Node 24.15, or `unavailable`.
 *
 * **Gotchas** Queries yield, so they cannot be run with `Effect.runSync`.
 */
export const layer = (
  filename: string,
  version: string = process.versions["sqlite"] ?? "0"
): Layer.Layer<SqlClient, StoreError> =>
  Layer.effect(
    SqlClient,
    Effect.gen(function* () {
      if (!isSound(version)) {
        return yield* new StoreError({
          reason: "runtime_too_old",
          message: `This Node (${process.version}) has SQLite ${version}, which can damage a database that two processes write. Use Node >= 24.15.`
        })
      }
      return yield* make(filename)
    }).pipe(
      Effect.catchTag("SqlError", (error) =>
        Effect.fail(
          new StoreError({
            reason: "unavailable",
            message: `Cannot open the database ${filename}: ${error.reason.message ?? error.message}. Check that the folder exists, is writable, and lies on a local disk.`
          })
        )
      )
    )
  ).pipe(Layer.provide(reactivityLayer))
