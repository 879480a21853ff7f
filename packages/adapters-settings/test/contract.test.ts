import { projectFileContract } from "@devteam/core/testing/contracts/ProjectFileContract"
import { layer } from "../src/layer.ts"

projectFileContract("yaml", layer)
