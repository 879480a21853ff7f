import { projectFileContract } from "../../src/testing/contracts/ProjectFileContract.ts"
import { layer } from "../../src/testing/memory/ProjectFile.ts"

projectFileContract("memory", layer)
