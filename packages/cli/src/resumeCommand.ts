/**
 * The command that goes on with a project, as a person would type it.
 */
import type { InvocationShape } from "./Invocation.ts"
import { dataDirectory } from "./dataDirectory.ts"

/** With `--data` only where it is not the default. */
export const resumeCommand = (
  { cwd, environment }: InvocationShape,
  projectId: string,
  directory: string
): ReadonlyArray<string> => [
  "devteam",
  "resume",
  projectId,
  ...(directory === dataDirectory(undefined, cwd, environment) ? [] : ["--data", directory])
]
