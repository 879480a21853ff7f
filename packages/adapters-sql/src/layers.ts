/**
 * All stores of one database, ready to use: embedded in a file, or in Postgres.
 *
 * Opening migrates. Everything is closed with the layer's scope.
 */
import { mkdirSync } from "node:fs"
import { Effect, Layer, type Redacted } from "effect"
import type { Artifacts as ArtifactsPort } from "@devteam/core/ports/Artifacts"
import type { Control as ControlPort } from "@devteam/core/ports/Control"
import type { Frames as FramesPort } from "@devteam/core/ports/Frames"
import type { Intake as IntakePort } from "@devteam/core/ports/Intake"
import type { Journal as JournalPort } from "@devteam/core/ports/Journal"
import type { Leases as LeasesPort } from "@devteam/core/ports/Leases"
import type { Projects as ProjectsPort } from "@devteam/core/ports/Projects"
import type { SqlClient } from "effect/sql/SqlClient"
import * as Artifacts from "./Artifacts.ts"
import * as Control from "./Control.ts"
import { artifactsDirectory, databaseFile } from "./dataFiles.ts"
import * as DatabaseIdentity from "./DatabaseIdentity.ts"
import * as Frames from "./Frames.ts"
import * as Intake from "./Intake.ts"
import * as Journal from "./Journal.ts"
import * as Leases from "./Leases.ts"
import * as Projects from "./Projects.ts"
import * as SqliteClient from "./SqliteClient.ts"
import { StoreError } from "./StoreError.ts"
import * as Wakeups from "./Wakeups.ts"

/** The ports that a database gives. */
export type Stores =
  | JournalPort
  | IntakePort
  | LeasesPort
  | FramesPort
  | ControlPort
  | ArtifactsPort
  | ProjectsPort

/**
 * Layers are shared by reference, also over nested `Effect.provide`: without this, stores of two databases in one
 * program would turn out to be the first one's. One value of these stores is still built once.
 */
const isolated = <A, E>(stores: Layer.Layer<A, E>): Layer.Layer<A, E> =>
  Layer.effectContext(Layer.build(Layer.fresh(stores)))

const storesOn = (
  client: Layer.Layer<SqlClient, StoreError>,
  artifactsDirectory: string | undefined
): Layer.Layer<Stores, StoreError> =>
  Layer.mergeAll(
    Journal.layer,
    Intake.layer,
    Leases.layer,
    Frames.layer,
    Control.layer,
    Artifacts.layer(artifactsDirectory),
    Projects.layer
  ).pipe(
    Layer.provide(Wakeups.layer),
    Layer.provide(DatabaseIdentity.layer), // migrates, so it comes before everything that queries
    Layer.provide(client),
    isolated
  )

const directoryAt = (path: string): Effect.Effect<void, StoreError> =>
  Effect.try({
    try: () => mkdirSync(path, { recursive: true, mode: 0o700 }),
    catch: (cause) =>
      new StoreError({
        reason: "unavailable",
        message: `Cannot make the data directory ${path}: ${String(cause)}. Name another one with --data.`
      })
  })

/** The embedded stores in `<dataDirectory>/devteam.sqlite`, large artifacts in `<dataDirectory>/artifacts`. */
export const sqliteStores = (options: {
  readonly dataDirectory: string
}): Layer.Layer<Stores, StoreError> => {
  const { dataDirectory } = options
  const client = SqliteClient.layer(databaseFile(dataDirectory))
  return Layer.unwrap(
    Effect.as(directoryAt(dataDirectory), storesOn(client, artifactsDirectory(dataDirectory)))
  )
}

/**
 * The stores of workers on many machines. Large artifacts lie in the database too, unless `artifactsDirectory` names
 * a folder that all of them share.
 */
export const postgresStores = (options: {
  readonly url: Redacted.Redacted<string>
  readonly artifactsDirectory?: string
}): Layer.Layer<Stores, StoreError> =>
  Layer.unwrap(
    // Imported when it is wanted: the embedded program starts faster without it.
    Effect.map(
      Effect.promise(() => import("./PostgresClient.ts")),
      (PostgresClient) => storesOn(PostgresClient.layer(options.url), options.artifactsDirectory)
    )
  )
