/**
 * Watches an execution while somebody works on it: lines on stderr, frames on stdout where those were asked for.
 */
import type { Execution } from "@devteam/core/execution/State"
import type { JournalRecord } from "@devteam/core/execution/Event"
import { Artifacts } from "@devteam/core/ports/Artifacts"
import { Control } from "@devteam/core/ports/Control"
import { Frames, type StoredFrame } from "@devteam/core/ports/Frames"
import { Journal } from "@devteam/core/ports/Journal"
import { Clock, Effect, Fiber, Option, Ref, Stream } from "effect"
import { Invocation } from "../Invocation.ts"
import { firstLines, makeProgress } from "./progress.ts"

/** From where on: the journal's version and the project's running number of frames. */
export interface WatchFrom {
  readonly version: number
  readonly frame: number
}

/** What has to be said once the watching is over. */
export interface Watcher {
  /** Says what was committed and not said yet. Call it when nobody works any more. */
  readonly finish: Effect.Effect<void>
}

const pageSize = 200

const watchFrames = Effect.fnUntraced(function* (state: Execution, from: number) {
  const frames = yield* Frames
  const { output } = yield* Invocation
  const seen = yield* Ref.make(from)
  const show = ({ seq, frame }: StoredFrame) =>
    Effect.uninterruptible(
      Effect.andThen(
        Effect.sync(() => {
          if (frame.payload["executionId"] === state.executionId) output.record(frame)
        }),
        Ref.set(seen, seq)
      )
    )
  const rest = Effect.gen(function* () {
    for (;;) {
      const page = yield* frames.read(state.projectId, yield* Ref.get(seen), pageSize)
      yield* Effect.forEach(page, show, { discard: true })
      if (page.length < pageSize) return
    }
  })
  const live = Effect.suspend(() => Ref.get(seen)).pipe(
    Effect.flatMap((after) => Stream.runForEach(frames.follow(state.projectId, after), show))
  )
  return { live: Effect.ignore(live), rest: Effect.ignore(rest) }
})

const watchJournal = Effect.fnUntraced(function* (state: Execution, from: number) {
  const journal = yield* Journal
  const artifacts = yield* Artifacts
  const control = yield* Control
  const { output } = yield* Invocation
  const progress = makeProgress(state.projectId, output.style)
  const seen = yield* Ref.make(0)
  const show = Effect.fnUntraced(function* (record: JournalRecord) {
    const { lines, log } = progress.tell(record)
    yield* Ref.set(seen, record.seq)
    // What others have seen is only remembered: the task in hand, its round.
    if (record.seq <= from) return
    lines.forEach(output.say)
    if (log === undefined) return
    const bytes = yield* Effect.option(artifacts.get(state.executionId, log, "public"))
    const text = Option.getOrElse(Option.flatten(bytes), () => new Uint8Array())
    for (const line of firstLines(new TextDecoder().decode(text)))
      output.say(`        ${output.style.dim(line)}`)
  }, Effect.uninterruptible)
  const rest = Effect.gen(function* () {
    const records = yield* journal.records(state.executionId, yield* Ref.get(seen))
    yield* Effect.forEach(records, show, { discard: true })
  })
  const showCurrent = Effect.map(Clock.currentTimeMillis, (now) => output.live(progress.current(now)))
  const live = control
    .changes(state.projectId)
    .pipe(Stream.runForEach(() => Effect.andThen(rest, showCurrent)))
  const ticking = Effect.andThen(Effect.sleep("1 second"), showCurrent).pipe(Effect.forever)
  const all = output.interactive ? Effect.raceFirst(live, ticking) : live
  return { live: Effect.ignore(all), rest: Effect.ignore(rest) }
})

/** Begins to watch, until the scope closes. */
export const watch = Effect.fnUntraced(function* (state: Execution, from: WatchFrom, json: boolean) {
  const { output } = yield* Invocation
  const said = yield* watchJournal(state, from.version)
  const shown = json ? yield* watchFrames(state, from.frame) : undefined
  const fiber = yield* Effect.forkScoped(
    Effect.all([said.live, shown?.live ?? Effect.void], { concurrency: 2, discard: true })
  )
  const watcher: Watcher = {
    finish: Effect.gen(function* () {
      yield* Fiber.interrupt(fiber)
      yield* said.rest
      yield* shown?.rest ?? Effect.void
      output.live(undefined)
    })
  }
  return watcher
})
