/**
 * Paths of a repository are bytes, not text.
 *
 * Inside this package a path is a string of one character per byte (latin1), so that nothing is lost and comparing
 * strings compares bytes. Outside it is UTF-8; a name that is not valid UTF-8 is shown the way git shows it, in
 * double quotes with octal escapes.
 */
import { RepositoryError } from "@devteam/core/ports/Repository"
import { Effect } from "effect"

/** One character per byte. */
export type RawPath = string

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })

/** How a path is shown and stored outside this package. */
export const shownPath = (path: RawPath): string => {
  const bytes = Buffer.from(path, "latin1")
  try {
    return decoder.decode(bytes)
  } catch {
    const quoted = Array.from(bytes, (byte) =>
      byte < 0x20 || byte > 0x7e || byte === 0x22 || byte === 0x5c
        ? `\\${byte.toString(8).padStart(3, "0")}`
        : String.fromCharCode(byte)
    )
    return `"${quoted.join("")}"`
  }
}

/** The bytes of a path that came from outside. */
export const rawPath = (path: string): RawPath => Buffer.from(path, "utf8").toString("latin1")

/** Splits the NUL-terminated output of git's `-z`. */
export const splitNul = (output: Buffer): ReadonlyArray<string> => {
  const text = output.toString("latin1")
  return text === "" ? [] : text.replace(/\0$/, "").split("\0")
}

/** All the directories above a path, outermost first: `a/b/c` gives `a`, `a/b`. */
export const parentsOf = (path: RawPath): ReadonlyArray<RawPath> => {
  const parts = path.split("/")
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join("/"))
}

/** Fails with `forbidden` unless the path stays inside a tree: relative, no empty, `.` or `..` segment. */
export const checkedPath = (path: string): Effect.Effect<RawPath, RepositoryError> =>
  path.includes("\0") || path.split("/").some((part) => part === "" || part === "." || part === "..")
    ? Effect.fail(
        new RepositoryError({
          reason: "forbidden",
          message: `${JSON.stringify(path)} is not a path inside the repository. Use a relative path without "..".`
        })
      )
    : Effect.succeed(rawPath(path))
