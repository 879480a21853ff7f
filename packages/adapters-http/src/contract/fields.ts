/**
 * The fields that several requests share.
 *
 * Texts have limits and hold no NUL, so that nothing later in the way chokes on them.
 */
import { ProjectId } from "@devteam/core/model/Ids"
import { Schema } from "effect"

/** A text of 1 to `max` characters, without control characters. */
export const Line = (max: number) =>
  Schema.String.check(
    Schema.isMinLength(1),
    Schema.isMaxLength(max),
    // Also no lone surrogates: they could not be stored as UTF-8.
    Schema.isPattern(/^[^\p{Cc}\p{Cs}]*$/u)
  )

/** A project's id, `shop` or `acme/shop`. */
export const ProjectIdField = ProjectId.check(Schema.isMaxLength(200)).annotate({
  description: "One or two segments of a-z, 0-9, dot, dash and underscore: shop, acme/shop.",
  examples: [ProjectId.make("acme/shop")]
})

/** In a path the slash may be written as it is or as %2F. */
export const projectParams = { projectId: ProjectIdField }

/** A repository's URL. */
export const RepositoryUrl = Line(2_000).annotate({
  description: "https or ssh, without credentials; other transports where the operator allowed them.",
  examples: ["https://github.com/acme/shop.git"]
})

/** Free JSON. */
export const FreeRecord = Schema.Record(Schema.String, Schema.Json)

/** A page's size. */
export const limitOf = (max: number) =>
  Schema.optionalKey(
    Schema.NumberFromString.check(Schema.isInt(), Schema.isBetween({ minimum: 1, maximum: max })).annotate({
      description: `At most so many (1 to ${max}).`
    })
  )

/** A place to go on from, counted from 0. */
export const after = Schema.optionalKey(
  Schema.NumberFromString.check(
    Schema.isInt(),
    Schema.isBetween({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })
  ).annotate({ description: "Go on behind this number." })
)

/** A repeat with the same key and body gets the same answer, for six hours. */
export const idempotencyHeaders = {
  "idempotency-key": Schema.optionalKey(
    Schema.String.annotate({
      description:
        "1 to 255 visible characters of your choice. The same key with the same body gets the same answer for six hours."
    })
  )
}
