import { artifactsContract } from "../../src/testing/contracts/ArtifactsContract.ts"
import { controlContract } from "../../src/testing/contracts/ControlContract.ts"
import { framesContract } from "../../src/testing/contracts/FramesContract.ts"
import { hintsContract } from "../../src/testing/contracts/HintsContract.ts"
import { intakeContract } from "../../src/testing/contracts/IntakeContract.ts"
import { intakeDeferredContract } from "../../src/testing/contracts/IntakeDeferredContract.ts"
import { intakeParallelContract } from "../../src/testing/contracts/IntakeParallelContract.ts"
import { journalContract } from "../../src/testing/contracts/JournalContract.ts"
import { leasesContract } from "../../src/testing/contracts/LeasesContract.ts"
import { projectsContract } from "../../src/testing/contracts/ProjectsContract.ts"
import { layerMemory } from "../../src/testing/memory/Stores.ts"

journalContract("memory", layerMemory)
intakeContract("memory", layerMemory)
intakeParallelContract("memory", layerMemory)
intakeDeferredContract("memory", layerMemory)
leasesContract("memory", layerMemory)
framesContract("memory", layerMemory)
controlContract("memory", layerMemory)
artifactsContract("memory", layerMemory)
projectsContract("memory", layerMemory)
hintsContract("memory", layerMemory)
