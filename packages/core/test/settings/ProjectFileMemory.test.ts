/** The reader in memory keeps the contract of every reader of the project file. */
import { projectFileContract } from "../../src/testing/contracts/ProjectFileContract.ts"
import { layer } from "../../src/testing/memory/ProjectFile.ts"

projectFileContract("memory", layer)
