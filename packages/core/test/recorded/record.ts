/**
 * Records the stories as journals and task contexts of this release.
 *
 * Run once for a release, by `node --conditions=devteam-source packages/core/test/recorded/record.ts v1`. What is
 * recorded is never written again: it stands for what users of that release have in their databases.
 */
import { existsSync, mkdirSync, writeFileSync } from "node:fs"
import { Result, Schema } from "effect"
import { isRequest, type Report, type Request } from "../../src/execution/Command.ts"
import { decide } from "../../src/execution/decide.ts"
import { eventVersion, JournalRecord } from "../../src/execution/Event.ts"
import { evolve } from "../../src/execution/evolve.ts"
import { contextVersion, Execution, initial, type State } from "../../src/execution/State.ts"
import { stories } from "./stories.ts"

const seconds: Partial<Record<(Request | Report)["_tag"], number>> = {
  FinishImplement: 92,
  FinishVerify: 7,
  EndWait: 60,
  Resume: 3600
}

const tell = (story: ReadonlyArray<Request | Report>) => {
  const records: Array<JournalRecord> = []
  let state: State = initial
  let at = Date.UTC(2026, 0, 5, 9)
  let epoch = 1
  for (const said of story) {
    at += (seconds[said._tag] ?? 1) * 1000
    if (said._tag === "InterruptStep" && said.cause === "crashed") epoch += 1
    const command = { ...said, at }
    const events = Result.getOrThrow(decide(command, state))
    if (events.length === 0) throw new Error(`Nothing follows from ${JSON.stringify(said)}`)
    for (const event of events) {
      records.push({ seq: records.length + 1, at, epoch: isRequest(command) ? 0 : epoch, event })
      state = evolve(state, { at, event })
    }
  }
  return { records, context: state }
}

const json = (value: unknown): string => `${JSON.stringify(value, undefined, 1)}\n`

const release = process.argv[2]
if (release === undefined) throw new Error("Say the name of the release, such as v1.")
const directory = new URL(`./${release}/`, import.meta.url)
mkdirSync(directory, { recursive: true })
for (const [name, story] of Object.entries(stories)) {
  const journal = new URL(`${name}.journal.json`, directory)
  if (existsSync(journal)) {
    process.stdout.write(`${name}: recorded already\n`)
    continue
  }
  const { records, context } = tell(story)
  const encoded = Schema.encodeSync(Schema.Array(JournalRecord))(records)
  writeFileSync(journal, json({ eventVersion, records: encoded }), { flag: "wx" })
  const state = Schema.encodeUnknownSync(Execution)(context)
  writeFileSync(new URL(`${name}.context.json`, directory), json({ contextVersion, context: state }), { flag: "wx" })
  process.stdout.write(`${name}: ${records.length} records\n`)
}
