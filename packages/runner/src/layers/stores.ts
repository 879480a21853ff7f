/**
 * The stores of a data directory alone, for those that only read or ask: no git, no sandbox, no agents.
 */
import { type Stores, sqliteStores } from "@devteam/adapters-sql/layers"
import type { StoreError } from "@devteam/adapters-sql/StoreError"
import type { Layer } from "effect"

/** Opens (and migrates) the database of a data directory. */
export const embeddedStores: (options: {
  readonly dataDirectory: string
}) => Layer.Layer<Stores, StoreError> = sqliteStores

/** The ports that a database gives. */
export type EmbeddedStores = Stores
