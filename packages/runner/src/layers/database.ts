/**
 * Looking after the database of a data directory: which schema it has, and copying it while it is in use.
 */
import { backup } from "@devteam/adapters-sql/backup"
import { databaseFile } from "@devteam/adapters-sql/dataFiles"
import { schemaState } from "@devteam/adapters-sql/schemaState"

/** Where the database of a data directory is. */
export const embeddedDatabase = databaseFile

/** Which schema it has; nothing is made and nothing is migrated. */
export const embeddedSchema = schemaState

/** Copies it into one file that is all there is to restore; see `@devteam/adapters-sql/backup`. */
export const backUpEmbedded = backup
