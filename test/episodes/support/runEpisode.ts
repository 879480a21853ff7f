/**
 * Runs an episode with the real aider, git and sandbox, and answers what came of it in the episode's own words.
 */
import { work, defaultWorkOptions } from "@devteam/core/worker/work"
import { start } from "@devteam/core/worker/start"
import type { Event } from "@devteam/core/execution/Event"
import type { Execution } from "@devteam/core/execution/State"
import { CorrelationId, ProjectId } from "@devteam/core/model/Ids"
import { embeddedLayer } from "@devteam/runner/layers/embedded"
import { toSettings } from "@devteam/runner/RunSettings"
import { Clock, Effect, Layer, Logger } from "effect"
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import {
  type ModelAnswer,
  type ScriptedModel,
  scriptedModel
} from "../../../packages/adapters-agents/test/support/scriptedModel.ts"
import { writeModelPrices } from "../../../packages/adapters-agents/test/support/modelPrices.ts"
import { newestIn, type Recorded } from "../../push/support/journal.ts"
import { git } from "../../support/bareRemote.ts"
import { canaries } from "./canaries.ts"
import type { Episode } from "./Episode.ts"
import { greetTask, sampleFiles, sampleVerify, taskList } from "./sampleProject.ts"

const projectId = "acme/greetings"

/** Where an episode takes place. */
export interface Place {
  readonly directory: string
  readonly bare: string
  readonly dataDirectory: string
}

/** What is left of an episode. */
export interface Played extends Place {
  /** With its own directory and address in its texts. */
  readonly episode: Episode
  readonly model: ScriptedModel
  readonly recorded: Recorded
}

/** Waits up to this are sat out; at a longer one the episode ends. */
const patienceMs = 2_500

const place = Effect.acquireRelease(
  Effect.sync((): Place => {
    const directory = realpathSync(mkdtempSync(join(tmpdir(), "devteam-episode-")))
    return { directory, bare: join(directory, "remote.git"), dataDirectory: join(directory, "data") }
  }),
  ({ directory }) => Effect.sync(() => rmSync(directory, { recursive: true, force: true, maxRetries: 5 }))
)

const write = (directory: string, files: Readonly<Record<string, string>>): void => {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true })
    writeFileSync(join(directory, path), text)
  }
}

/** The tasks of an episode. */
export const tasksOf = ({ tasks }: Episode): NonNullable<Episode["tasks"]> => tasks ?? [[greetTask]]

const makeRemote = (episode: Episode, { directory, bare }: Place): void => {
  const seed = join(directory, "seed")
  git(directory, "init", "--quiet", "--bare", "--initial-branch=main", bare)
  git(directory, "init", "--quiet", "--initial-branch=main", seed)
  write(seed, { ...sampleFiles, "TASKS.md": taskList(tasksOf(episode)), ...episode.files })
  for (const path of episode.executable ?? []) chmodSync(join(seed, path), 0o755)
  for (const [path, target] of Object.entries(episode.links ?? {})) symlinkSync(target, join(seed, path))
  git(seed, "add", "--all")
  git(seed, "commit", "--quiet", "--message", "Begin")
  git(seed, "push", "--quiet", bare, "main")
  rmSync(seed, { recursive: true })
}

const inPlace = <A>(value: A, { directory }: Place, url: string): A =>
  JSON.parse(JSON.stringify(value).replaceAll("{{directory}}", directory).replaceAll("{{model}}", url)) as A

const unscripted: ModelAnswer = { status: 400, message: "This request is not in the script." }

const drive = Effect.fnUntraced(function* (execution: Execution) {
  for (;;) {
    const result = yield* work(execution.executionId, defaultWorkOptions)
    if (result._tag !== "Waiting") return
    const left = result.waiting.until - (yield* Clock.currentTimeMillis)
    if (left > patienceMs) return
    yield* Effect.sleep(Math.max(0, left))
  }
})

/** Plays it; everything is gone when the scope closes. `aider` is the program. */
export const runEpisode = Effect.fnUntraced(function* (given: Episode, aider: string) {
  const where = yield* place
  const model = yield* scriptedModel(
    (index): ModelAnswer => episode.answers[index] ?? episode.afterwards ?? unscripted
  )
  const episode: Episode = inPlace(given, where, model.url)
  makeRemote(episode, where)
  write(where.directory, episode.outside ?? {})
  writeModelPrices(join(where.dataDirectory, "homes"), projectId)
  const { limits, model: modelName = "openai/gpt-4o", ...run } = episode.run ?? {}
  const settings = toSettings({
    url: where.bare,
    agent: { id: "aider", argv: [aider], env: [], model: modelName },
    identity: { name: "Ada", email: "ada@example.com" },
    verify: sampleVerify,
    ...run,
    limits: { attempts: 2, agentMs: 200_000, agentIdleMs: 150_000, ...limits }
  })
  const played = start({
    projectId: ProjectId.make(projectId),
    settings,
    scope: { _tag: "List" },
    boundTo: "service",
    correlationId: CorrelationId.make("episode"),
    workflow: "DEVTEAM_AUTOMATION"
  }).pipe(Effect.flatMap(drive))
  const environment = {
    PATH: process.env["PATH"],
    HOME: join(where.directory, "home"),
    OPENAI_API_BASE: model.url,
    ...canaries
  }
  const { dataDirectory } = where
  const ports = embeddedLayer({ dataDirectory, environment, protocols: ["file"] })
  yield* Effect.provide(played, Layer.mergeAll(ports, Logger.layer([])))
  return { ...where, episode, model, recorded: newestIn(dataDirectory) } satisfies Played
})

type EventOf<Tag extends Event["_tag"]> = Extract<Event, { readonly _tag: Tag }>

/** The events of one kind. */
export const eventsOf = <Tag extends Event["_tag"]>(
  { recorded }: Played,
  tag: Tag
): ReadonlyArray<EventOf<Tag>> => recorded.events.filter((event): event is EventOf<Tag> => event._tag === tag)
