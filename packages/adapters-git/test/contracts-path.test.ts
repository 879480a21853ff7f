/** The contract suites on real git, with remotes by path. */
import { deliveryRemoteContract } from "@devteam/core/testing/contracts/DeliveryRemoteContract"
import { repositoryContract } from "@devteam/core/testing/contracts/RepositoryContract"
import { realWorld } from "./support/realWorld.ts"

repositoryContract("git by path", realWorld("path"))
deliveryRemoteContract("git by path", realWorld("path"))
