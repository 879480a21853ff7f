/**
 * Which schema an embedded database has, looked at without opening it for work: nothing is made and nothing migrated.
 */
import { existsSync } from "node:fs"
import { DatabaseSync } from "node:sqlite"
import { Effect } from "effect"
import { databaseFile } from "./dataFiles.ts"
import { knownMigrations, type Migration, migrationsTable, schemaVersion } from "./schemaVersion.ts"
import { StoreError } from "./StoreError.ts"

/** `version` is 0 where there is no database yet; `known` is this program's. `newer`: this program must not use it. */
export interface SchemaState {
  readonly version: number
  readonly known: number
  readonly pending: ReadonlyArray<Migration>
  readonly newer: boolean
}

const stateAt = (version: number): SchemaState => ({
  version,
  known: schemaVersion,
  pending: knownMigrations.filter(({ id }) => id > version),
  newer: version > schemaVersion
})

/** The schema version of an open database; 0 when it is not one of devteam. */
export const versionIn = (database: DatabaseSync): number => {
  const table = database.prepare("SELECT name FROM sqlite_master WHERE name = ?").get(migrationsTable)
  if (table === undefined) return 0
  return Number(database.prepare(`SELECT max(migration_id) AS id FROM ${migrationsTable}`).get()?.["id"] ?? 0)
}

/** Looks at the database of a data directory. Fails with `unavailable`. */
export const schemaState = (dataDirectory: string): Effect.Effect<SchemaState, StoreError> => {
  const file = databaseFile(dataDirectory)
  return Effect.try({
    try: () => {
      if (!existsSync(file)) return stateAt(0)
      using database = new DatabaseSync(file, { readOnly: true, timeout: 5_000 })
      return stateAt(versionIn(database))
    },
    catch: (cause) =>
      new StoreError({
        reason: "unavailable",
        message: `Cannot look at the database ${file}: ${String(cause)}. Check that it is a database of devteam and that you may read it and write to its folder.`
      })
  })
}
