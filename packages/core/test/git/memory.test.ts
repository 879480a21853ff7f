/** The in-memory repository and remote keep the contracts that git keeps. */
import { deliveryRemoteContract } from "../../src/testing/contracts/DeliveryRemoteContract.ts"
import { memoryWorld, repositoryContract } from "../../src/testing/contracts/RepositoryContract.ts"

repositoryContract("in memory", memoryWorld)
deliveryRemoteContract("in memory", memoryWorld)
