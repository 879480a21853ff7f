/** The in-memory repository and remote keep the contracts that git keeps. */
import { deliveryBranchContract } from "../../src/testing/contracts/DeliveryBranchContract.ts"
import { deliveryRemoteContract } from "../../src/testing/contracts/DeliveryRemoteContract.ts"
import { memoryWorld } from "../../src/testing/contracts/gitWorld.ts"
import { repositoryCaptureContract } from "../../src/testing/contracts/RepositoryCaptureContract.ts"
import { repositoryContract } from "../../src/testing/contracts/RepositoryContract.ts"
import { repositoryHistoryContract } from "../../src/testing/contracts/RepositoryHistoryContract.ts"

repositoryContract("in memory", memoryWorld)
repositoryCaptureContract("in memory", memoryWorld)
repositoryHistoryContract("in memory", memoryWorld)
deliveryRemoteContract("in memory", memoryWorld)
deliveryBranchContract("in memory", memoryWorld)
