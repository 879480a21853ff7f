/**
 * A copy of an embedded database in one file, made while others go on writing.
 *
 * The copy is of one moment. Artifacts that lie in files beside the database are taken into it, so that the one file
 * is everything that has to be restored: as `devteam.sqlite` of a data directory that holds nothing else.
 */
import { createHash, randomUUID } from "node:crypto"
import { existsSync } from "node:fs"
import { open, rename, rm, stat } from "node:fs/promises"
import { basename, dirname, join } from "node:path"
import { backup as copyPages, DatabaseSync } from "node:sqlite"
import { Effect, Exit, Schema, type Scope } from "effect"
import { readFileByHash } from "./artifactFiles.ts"
import { artifactsDirectory, databaseFile } from "./dataFiles.ts"
import { versionIn } from "./schemaState.ts"
import { newerSchema, schemaVersion } from "./schemaVersion.ts"

/**
 * `exists`: there is a file of that name already. `no_database`: nothing to back up there. `newer_schema`: a newer
 * program has used it. `damaged`: the copy does not pass SQLite's own check. `unavailable`: it cannot be read or
 * written. Nothing is left behind in any case.
 */
export class BackupError extends Schema.TaggedError<BackupError>()("BackupError", {
  reason: Schema.Literals(["exists", "no_database", "newer_schema", "damaged", "unavailable"]),
  message: Schema.String
}) {
  /** Whether the same call may succeed later without anybody changing anything. */
  get retryable(): boolean {
    return this.reason === "unavailable"
  }
}

/** What was copied. `lostArtifacts` are the hashes of those whose files are gone or damaged in the source, too. */
export interface Backup {
  readonly bytes: number
  readonly schema: number
  readonly projects: number
  readonly executions: number
  readonly artifacts: number
  readonly lostArtifacts: ReadonlyArray<string>
}

const unavailable = (what: string) => (cause: unknown) =>
  new BackupError({
    reason: "unavailable",
    message: `${what}: ${cause instanceof Error ? cause.message : String(cause)}. Check the folder, its permissions and its free space.`
  })

const attempt = <A>(what: string, run: () => A) => Effect.try({ try: run, catch: unavailable(what) })

const openDatabase = (file: string, options: { readonly readOnly: boolean }) =>
  Effect.acquireRelease(
    attempt(`Cannot open ${file}`, () => new DatabaseSync(file, { ...options, timeout: 5_000 })),
    (database) => Effect.sync(() => database.close())
  )

/** The source, held at one moment: without that, every write of another process would begin the copy anew. */
const openSource = Effect.fnUntraced(function* (file: string) {
  if (!existsSync(file)) {
    return yield* new BackupError({
      reason: "no_database",
      message: `There is no database ${file}. Name the data directory with --data.`
    })
  }
  const source = yield* openDatabase(file, { readOnly: true })
  const version = yield* attempt(`Cannot read ${file}`, () => {
    source.exec("BEGIN")
    return versionIn(source)
  })
  if (version > schemaVersion)
    return yield* new BackupError({ reason: "newer_schema", message: newerSchema(version) })
  if (version > 0) return source
  return yield* new BackupError({
    reason: "no_database",
    message: `${file} is not a database of devteam. Name the data directory with --data.`
  })
})

/** Makes an empty file that only its owner can read; it goes away again where the backup does not come about. */
const reserve = (file: string): Effect.Effect<void, BackupError, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.tryPromise({
      try: async () => await (await open(file, "wx", 0o600)).close(),
      catch: (cause) =>
        (cause as { readonly code?: unknown }).code === "EEXIST"
          ? new BackupError({
              reason: "exists",
              message: `${file} exists already, and a backup overwrites nothing. Name another file, or a folder.`
            })
          : unavailable(`Cannot write ${file}`)(cause)
    }),
    (_, exit) => (Exit.isSuccess(exit) ? Effect.void : Effect.promise(() => rm(file, { force: true })))
  )

const hashed = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex")

/** Takes the artifacts' files into the copy; answers the hashes of those that it has not got. */
const takeInArtifacts = Effect.fnUntraced(function* (copy: DatabaseSync, directory: string) {
  const wanted = copy
    .prepare("SELECT DISTINCT sha256 FROM artifact WHERE content IS NULL ORDER BY sha256")
    .all()
  const write = copy.prepare("UPDATE artifact SET content = ? WHERE sha256 = ? AND content IS NULL")
  const lost: Array<string> = []
  for (const sha256 of wanted.map((row) => String(row["sha256"]))) {
    const bytes = yield* readFileByHash(directory, sha256).pipe(
      Effect.catch((error) =>
        error.reason === "corrupt" ? Effect.undefined : Effect.fail(unavailable("Artifacts")(error))
      )
    )
    if (bytes === undefined || hashed(bytes) !== sha256) lost.push(sha256)
    else yield* attempt("The copy cannot be written", () => write.run(bytes, sha256))
  }
  return lost
})

const count = (copy: DatabaseSync, table: string): number =>
  Number(copy.prepare(`SELECT count(*) AS rows FROM ${table}`).get()?.["rows"])

/** Makes the copy complete and one file, and checks it. */
const complete = Effect.fnUntraced(function* (draft: string, artifacts: string) {
  const copy = yield* openDatabase(draft, { readOnly: false })
  yield* attempt("The copy cannot be written", () =>
    // It is written to the disk once, at the end, and nobody else reads it until then.
    copy.exec("PRAGMA journal_mode = DELETE; PRAGMA synchronous = OFF; BEGIN")
  )
  const lostArtifacts = yield* takeInArtifacts(copy, artifacts)
  const found = yield* attempt("The copy cannot be checked", () => {
    copy.exec("COMMIT")
    return copy.prepare("PRAGMA integrity_check").all()
  })
  const complaints = found.map((row) => String(row["integrity_check"])).filter((text) => text !== "ok")
  if (complaints.length > 0) {
    return yield* new BackupError({
      reason: "damaged",
      message: `The database is damaged, and so would be the backup: ${complaints.slice(0, 3).join("; ")}. Keep what you have, and restore an older backup.`
    })
  }
  return {
    schema: versionIn(copy),
    projects: count(copy, "project"),
    executions: count(copy, "execution"),
    artifacts: count(copy, "artifact"),
    lostArtifacts
  }
}, Effect.scoped)

const syncFile = async (path: string): Promise<void> => {
  await using handle = await open(path, "r")
  await handle.sync()
}

/**
 * Copies the database of `dataDirectory` to `file`, which appears whole or not at all and is only readable for its
 * owner. Its folder has to exist.
 */
export const backup = Effect.fn("backup")(function* (dataDirectory: string, file: string) {
  yield* reserve(file)
  const source = yield* openSource(databaseFile(dataDirectory))
  const draft = join(dirname(file), `.${basename(file)}.${randomUUID()}`)
  yield* reserve(draft)
  yield* Effect.uninterruptible(
    Effect.tryPromise({
      try: () => copyPages(source, draft, { rate: 1_000 }),
      catch: unavailable("The database cannot be copied")
    })
  )
  const contents = yield* complete(draft, artifactsDirectory(dataDirectory))
  return yield* Effect.tryPromise({
    try: async (): Promise<Backup> => {
      await syncFile(draft)
      const { size: bytes } = await stat(draft)
      await rename(draft, file)
      await syncFile(dirname(file))
      return { bytes, ...contents }
    },
    catch: unavailable(`Cannot write ${file}`)
  })
}, Effect.scoped)
