/** The contract suites on real git, over smart HTTP with a password. */
import { deliveryRemoteContract } from "@devteam/core/testing/contracts/DeliveryRemoteContract"
import { repositoryContract } from "@devteam/core/testing/contracts/RepositoryContract"
import { realWorld } from "./support/realWorld.ts"

repositoryContract("git by http", realWorld("http"))
deliveryRemoteContract("git by http", realWorld("http"))
