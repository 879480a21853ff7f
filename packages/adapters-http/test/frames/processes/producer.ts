/**
 * A process that stores frames like a busy agent, in the data directory that a server has open too.
 *
 * Usage: producer.ts <dataDirectory> <projectId> <tenths of a second>. It says `ready` once the stores are open.
 */
import { sqliteStores } from "@devteam/adapters-sql/layers"
import { ProjectId } from "@devteam/core/model/Ids"
import { Frames } from "@devteam/core/ports/Frames"
import { Effect } from "effect"
import { produceBusily } from "../support/produce.ts"

const [dataDirectory = "", project = "", times = "0"] = process.argv.slice(2)

const program = Effect.gen(function* () {
  yield* (yield* Frames).range(ProjectId.make(project))
  process.stdout.write("ready\n")
  yield* produceBusily(ProjectId.make(project), Number(times))
})

await Effect.runPromise(Effect.provide(program, sqliteStores({ dataDirectory })))
