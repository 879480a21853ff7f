/** The contract suites on real git, with remotes by path. */
import { deliveryBranchContract } from "@devteam/core/testing/contracts/DeliveryBranchContract"
import { deliveryRemoteContract } from "@devteam/core/testing/contracts/DeliveryRemoteContract"
import { repositoryCaptureContract } from "@devteam/core/testing/contracts/RepositoryCaptureContract"
import { repositoryContract } from "@devteam/core/testing/contracts/RepositoryContract"
import { repositoryHistoryContract } from "@devteam/core/testing/contracts/RepositoryHistoryContract"
import { realWorld } from "./support/realWorld.ts"

repositoryContract("git by path", realWorld("path"))
repositoryCaptureContract("git by path", realWorld("path"))
repositoryHistoryContract("git by path", realWorld("path"))
deliveryRemoteContract("git by path", realWorld("path"))
deliveryBranchContract("git by path", realWorld("path"))
