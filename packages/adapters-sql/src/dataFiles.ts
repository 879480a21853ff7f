/**
 * What the stores keep in a data directory.
 */
import { join } from "node:path"

/** The embedded database. SQLite keeps two more files beside it while it is open. */
export const databaseFile = (dataDirectory: string): string => join(dataDirectory, "devteam.sqlite")

/** Large artifacts, as files named by their hash. */
export const artifactsDirectory = (dataDirectory: string): string => join(dataDirectory, "artifacts")
