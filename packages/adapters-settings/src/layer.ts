/** The project file port over YAML. Pure: the layer holds no state and reads no files. */
import { ProjectFile } from "@devteam/core/ports/ProjectFile"
import { Layer } from "effect"
import { parse } from "./parse.ts"

/** Reads `.devteam/project.yaml`. */
export const layer: Layer.Layer<ProjectFile> = Layer.succeed(ProjectFile, { parse })
