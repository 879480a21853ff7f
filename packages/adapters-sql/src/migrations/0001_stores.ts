/**
 * The first schema: everything that the stores of this version need.
 *
 * Never edited once released; a change is a further migration.
 */
import { randomBytes, randomUUID } from "node:crypto"
import { Effect } from "effect"
import { SqlClient } from "effect/sql/SqlClient"

/** Makes the tables, and the two ids that this database keeps for ever. */
export const stores = Effect.gen(function* () {
  const sql = yield* SqlClient
  const bytes = sql.literal(sql.onDialectOrElse({ pg: () => "bytea", orElse: () => "blob" }))

  yield* sql`CREATE TABLE database_identity (
    id integer PRIMARY KEY CHECK (id = 1),
    instance text NOT NULL,
    stream text NOT NULL
  )`
  yield* sql`INSERT INTO database_identity (id, instance, stream)
    VALUES (1, ${randomUUID()}, ${randomBytes(6).toString("hex")})`

  yield* sql`CREATE TABLE project (
    project_id text PRIMARY KEY,
    url text NOT NULL,
    registered_at bigint NOT NULL
  )`

  // One row per project for ever: its UPDATE fences the epoch, serialises appends and numbers the frames.
  yield* sql`CREATE TABLE lease (
    project_id text PRIMARY KEY,
    epoch integer NOT NULL,
    owner text,
    expires_at bigint NOT NULL,
    frame_seq integer NOT NULL
  )`

  yield* sql`CREATE TABLE fence (
    project_id text NOT NULL,
    target text NOT NULL,
    sha text NOT NULL,
    clean boolean NOT NULL,
    PRIMARY KEY (project_id, target)
  )`

  // The large columns come last, so that lists of executions need not read past them.
  yield* sql`CREATE TABLE execution (
    execution_id text PRIMARY KEY,
    project_id text NOT NULL,
    user_id text,
    ordinal integer NOT NULL,
    version integer NOT NULL,
    status text NOT NULL,
    ended boolean NOT NULL,
    runnable boolean NOT NULL,
    started_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    context_version integer NOT NULL,
    projection text NOT NULL,
    context text NOT NULL
  )`
  yield* sql`CREATE UNIQUE INDEX execution_active ON execution (project_id) WHERE NOT ended`
  yield* sql`CREATE INDEX execution_by_project ON execution (project_id, ordinal)`
  yield* sql`CREATE INDEX execution_by_age ON execution (ordinal)`
  yield* sql`CREATE INDEX execution_runnable ON execution (ordinal) WHERE runnable`

  yield* sql`CREATE TABLE journal (
    execution_id text NOT NULL,
    seq integer NOT NULL,
    at bigint NOT NULL,
    epoch integer NOT NULL,
    event_version integer NOT NULL,
    event text NOT NULL,
    PRIMARY KEY (execution_id, seq)
  )`

  // log_* are set for log output only.
  yield* sql`CREATE TABLE frame (
    project_id text NOT NULL,
    seq integer NOT NULL,
    log_execution_id text,
    log_task_id text,
    log_round integer,
    log_step text,
    frame text NOT NULL,
    PRIMARY KEY (project_id, seq)
  )`
  yield* sql`CREATE INDEX frame_log ON frame (log_execution_id, seq) WHERE log_execution_id IS NOT NULL`

  // content is null where the bytes lie in a file named by their hash.
  yield* sql`CREATE TABLE artifact (
    execution_id text NOT NULL,
    visibility text NOT NULL,
    task_id text NOT NULL,
    round integer NOT NULL,
    kind text NOT NULL,
    sha256 text NOT NULL,
    bytes bigint NOT NULL,
    content ${bytes},
    PRIMARY KEY (execution_id, visibility, task_id, round, kind)
  )`
})
