/**
 * The command that goes on with a project, as a person would type it.
 */
import type { InvocationShape } from "./Invocation.ts"
import { dataDirectory } from "./dataDirectory.ts"

/** `--data <directory>`, only where it is not the default. */
export const dataWords = ({ cwd, environment }: InvocationShape, directory: string): ReadonlyArray<string> =>
  directory === dataDirectory(undefined, cwd, environment) ? [] : ["--data", directory]

/** See above. */
export const resumeCommand = (
  invocation: InvocationShape,
  projectId: string,
  directory: string
): ReadonlyArray<string> => ["devteam", "resume", projectId, ...dataWords(invocation, directory)]
