/** The argument that names a project, where a command takes one. */
import * as Argument from "effect/cli/Argument"

/** See `projectArgument.ts` for what may be said, and what is meant when nothing is. */
export const projectName = Argument.String("project").pipe(
  Argument.withDescription("The project's id or repository (default: the one here, or the only one)"),
  Argument.optional
)

/** The same where saying nothing means all of them. */
export const projectOrAll = Argument.String("project").pipe(
  Argument.withDescription("The project's id or repository; . is the one here (default: all of them)"),
  Argument.optional
)
