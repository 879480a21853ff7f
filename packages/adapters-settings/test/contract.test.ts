/** The reader of YAML keeps the contract of every reader of the project file. */
import { projectFileContract } from "@devteam/core/testing/contracts/ProjectFileContract"
import { layer } from "../src/layer.ts"

projectFileContract("yaml", layer)
