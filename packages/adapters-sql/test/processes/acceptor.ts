/**
 * A process that accepts requests until it is killed.
 *
 * Usage: acceptor.ts <dataDirectory> <whole|parts> <first>. It opens the stores, says `ready`, waits for a line on
 * stdin, and acknowledges each request on stdout by its number. `parts` is the faulty one: it commits the event
 * first, acknowledges, and would make the execution only when somebody wrote to it once more.
 */
import { writeSync } from "node:fs"
import { Effect } from "effect"
import { Intake } from "@devteam/core/ports/Intake"
import { Journal } from "@devteam/core/ports/Journal"
import { sqliteStores } from "../../src/layers.ts"
import { numbered } from "./requests.ts"

const [dataDirectory = "", mode = "", first = "1"] = process.argv.slice(2)

/** Unbuffered: a kill must not take what was acknowledged. */
const say = (line: string) => Effect.sync(() => writeSync(1, `${line}\n`))
const told = Effect.callback<void>((resume) => void process.stdin.once("data", () => resume(Effect.void)))

const program = Effect.gen(function* () {
  const intake = yield* Intake
  const journal = yield* Journal
  yield* say("ready")
  yield* told
  for (let number = Number(first); ; number += 1) {
    const request = numbered(number)
    if (mode === "whole") {
      yield* intake.accept(request)
      yield* say(String(number))
    } else {
      yield* intake.accept({ ...request, consequence: { _tag: "None" } })
      yield* say(String(number))
      yield* told
      yield* journal.create(request.consequence.events, request.at)
    }
  }
})

await Effect.runPromise(Effect.provide(program, sqliteStores({ dataDirectory })))
