/**
 * All stores in memory, over one shared value: what an append writes, every other port of the same layer sees.
 */
import { Layer } from "effect"
import type { Artifacts as ArtifactsPort } from "../../ports/Artifacts.ts"
import type { Control as ControlPort } from "../../ports/Control.ts"
import type { Frames as FramesPort } from "../../ports/Frames.ts"
import type { Hints as HintsPort } from "../../ports/Hints.ts"
import type { Intake as IntakePort } from "../../ports/Intake.ts"
import type { Journal as JournalPort } from "../../ports/Journal.ts"
import type { Leases as LeasesPort } from "../../ports/Leases.ts"
import type { Projects as ProjectsPort } from "../../ports/Projects.ts"
import * as Artifacts from "./Artifacts.ts"
import * as Control from "./Control.ts"
import * as Frames from "./Frames.ts"
import * as Hints from "./Hints.ts"
import * as Intake from "./Intake.ts"
import * as Journal from "./Journal.ts"
import * as Leases from "./Leases.ts"
import * as MemoryStore from "./MemoryStore.ts"
import * as Projects from "./Projects.ts"

/** The ports that the in-memory store gives. */
export type Stores =
  | JournalPort
  | IntakePort
  | LeasesPort
  | FramesPort
  | ControlPort
  | ArtifactsPort
  | HintsPort
  | ProjectsPort

/** A new, empty set of stores. Time is that of Effect's clock. */
export const layerMemory: Layer.Layer<Stores> = Layer.mergeAll(
  Journal.layer,
  Intake.layer,
  Leases.layer,
  Frames.layer,
  Control.layer,
  Artifacts.layer,
  Projects.layer,
  Hints.layer
).pipe(Layer.provide(MemoryStore.layer))
