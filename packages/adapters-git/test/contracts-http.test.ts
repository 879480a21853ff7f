/** The contract suites on real git, over smart HTTP with a password. */
import { deliveryBranchContract } from "@devteam/core/testing/contracts/DeliveryBranchContract"
import { deliveryRemoteContract } from "@devteam/core/testing/contracts/DeliveryRemoteContract"
import { repositoryCaptureContract } from "@devteam/core/testing/contracts/RepositoryCaptureContract"
import { repositoryContract } from "@devteam/core/testing/contracts/RepositoryContract"
import { repositoryHistoryContract } from "@devteam/core/testing/contracts/RepositoryHistoryContract"
import { realWorld } from "./support/realWorld.ts"

repositoryContract("git by http", realWorld("http"))
repositoryCaptureContract("git by http", realWorld("http"))
repositoryHistoryContract("git by http", realWorld("http"))
deliveryRemoteContract("git by http", realWorld("http"))
deliveryBranchContract("git by http", realWorld("http"))
