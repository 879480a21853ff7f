/**
 * Whom a red verification is to be blamed on.
 *
 * The base is built only when a candidate is red for the first time; what it said is kept under `baselineKey`.
 */
import type { Attribution } from "../model/Verdict.ts"

/** What the commands said of one tree. */
export type TreeOutcome = "passed" | "unverified" | "failed"

/** Either the blame, or that the base has to be verified before anything can be said. */
export type AttributionStep =
  | { readonly _tag: "Attributed"; readonly attribution: Attribution }
  | { readonly _tag: "BuildBase" }

/**
 * Blames. `base` is undefined as long as nobody built it. A green candidate never asks for the base: that it was red
 * is only said when it is known. A base that nothing verifies (no build script yet) excuses nobody.
 */
export const attribute = (candidate: TreeOutcome, base: TreeOutcome | undefined): AttributionStep => {
  if (candidate !== "failed") {
    const fixed = candidate === "passed" && base === "failed"
    return { _tag: "Attributed", attribution: fixed ? "fixed" : "clean" }
  }
  if (base === undefined) return { _tag: "BuildBase" }
  return { _tag: "Attributed", attribution: base === "failed" ? "baseline_broken" : "regressed" }
}

/** What the outcome of a base depends on. `commands` are those of the base's own plan. */
export interface BaselineInput {
  readonly tree: string
  readonly commands: ReadonlyArray<ReadonlyArray<string>>
  readonly node: string
}

/** The key under which a base's outcome is kept: equal inputs, equal key. Not a file name; hash it for one. */
export const baselineKey = (input: BaselineInput): string =>
  JSON.stringify([input.tree, input.node, input.commands])
