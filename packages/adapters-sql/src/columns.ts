/**
 * Column types that both dialects read alike, and the database's own clock.
 *
 * Postgres gives `bigint` and `true`, SQLite numbers and `1`. JSON lies in text columns on both: `jsonb` refuses NUL
 * and lone surrogates, which log output may well contain.
 */
import { Schema, SchemaTransformation } from "effect"
import type { SqlClient } from "effect/sql/SqlClient"

/** A `bigint` or `integer` column as a number. */
export const Int8 = Schema.Union([
  Schema.Int,
  Schema.BigInt.pipe(
    Schema.decodeTo(Schema.Int, SchemaTransformation.transform({ decode: Number, encode: BigInt }))
  )
])

/** A `boolean` column. */
export const Bool = Schema.Union([
  Schema.Boolean,
  Schema.Literals([0, 1]).pipe(
    Schema.decodeTo(
      Schema.Boolean,
      SchemaTransformation.transform({
        decode: (n) => n === 1,
        encode: (b) => (b ? (1 as const) : (0 as const))
      })
    )
  )
])

/** A `text` column that holds JSON. */
export const Json = <S extends Schema.Top>(schema: S) => Schema.fromJsonString(schema)

/** The database's clock in epoch ms, as an SQL expression: leases of many machines live by one clock. */
export const databaseNow = (sql: SqlClient) =>
  sql.literal(
    sql.onDialectOrElse({
      pg: () => "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint)",
      orElse: () => "CAST(unixepoch('subsec') * 1000 AS integer)"
    })
  )
