/**
 * All contract suites that a database has to pass.
 */
import { artifactsContract } from "@devteam/core/testing/contracts/ArtifactsContract"
import { controlContract } from "@devteam/core/testing/contracts/ControlContract"
import { framesContract } from "@devteam/core/testing/contracts/FramesContract"
import { intakeContract } from "@devteam/core/testing/contracts/IntakeContract"
import { intakeDeferredContract } from "@devteam/core/testing/contracts/IntakeDeferredContract"
import { intakeParallelContract } from "@devteam/core/testing/contracts/IntakeParallelContract"
import { journalContract } from "@devteam/core/testing/contracts/JournalContract"
import { leasesContract } from "@devteam/core/testing/contracts/LeasesContract"
import { projectsContract } from "@devteam/core/testing/contracts/ProjectsContract"
import type { Layer } from "effect"
import type { Stores } from "../src/layers.ts"
import type { StoreError } from "../src/StoreError.ts"

/** Registers them; each suite builds the layer anew. */
export const storeContracts = (name: string, stores: Layer.Layer<Stores, StoreError>): void => {
  journalContract(name, stores)
  intakeContract(name, stores)
  intakeParallelContract(name, stores)
  intakeDeferredContract(name, stores)
  leasesContract(name, stores)
  framesContract(name, stores)
  controlContract(name, stores)
  artifactsContract(name, stores)
  projectsContract(name, stores)
}
