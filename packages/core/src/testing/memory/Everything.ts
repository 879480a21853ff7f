/**
 * Every port in one in-memory layer, and the handles by which a test plays all the others: agent, build and people.
 *
 * The core's own parts are the real ones; only what is outside of it is scripted. By default the repository has two
 * tasks, the second after the first, the agent adds a file for each, and every build is green.
 */
import { Context, Effect, Layer } from "effect"
import type { Sha } from "../../model/Ids.ts"
import type { AgentInput, CodingAgent, CodingAgents } from "../../ports/CodingAgent.ts"
import type { DeliveryRemote } from "../../ports/DeliveryRemote.ts"
import type { Host } from "../../ports/Host.ts"
import type { ProjectFile } from "../../ports/ProjectFile.ts"
import type { Repository } from "../../ports/Repository.ts"
import type { ExecRequest, SandboxError, Sandboxes } from "../../ports/Sandbox.ts"
import type { TaskList } from "../../ports/TaskList.ts"
import { Workflows } from "../../workflows/registry.ts"
import type { Workflow } from "../../workflows/Workflow.ts"
import { settings } from "../given.ts"
import { type AgentScript, evidenceOf, judgeScript, layerMemory as layerAgents } from "./CodingAgents.ts"
import { layerMemoryDeliveryRemote } from "./DeliveryRemote.ts"
import type { CommitObject } from "./gitObjects.ts"
import { layerMemoryHost, makeMachine, type MemoryHost, type MemoryMachine } from "./Host.ts"
import { type Files, MemoryGit, type MemoryRemote } from "./MemoryGit.ts"
import { layer as layerProjectFile } from "./ProjectFile.ts"
import { layerMemoryRepository } from "./Repository.ts"
import { layerMemory as layerSandboxes, type ScriptedProgram, type ScriptedResult } from "./Sandboxes.ts"
import { layerMemory as layerStores, type Stores } from "./Stores.ts"
import { layer as layerTaskList } from "./TaskList.ts"

/** A commit with its name. */
export interface NamedCommit extends CommitObject {
  readonly sha: Sha
}

/** Somebody who works on the same remote, on its target branch. */
export interface Person {
  readonly commit: (changes: Files, message?: string) => Sha
  readonly head: () => Sha
  /** A file at the head as text. */
  readonly read: (path: string) => string | undefined
  /** The branch's commits, newest first, by first parents. */
  readonly log: () => ReadonlyArray<NamedCommit>
  /** Moves the branch by force. */
  readonly forceTo: (commit: Sha) => void
}

/** What `npm run build` does in a checkout. */
export type Build = (
  read: (path: string) => string | undefined,
  request: ExecRequest
) => Effect.Effect<ScriptedResult, SandboxError>

/** The handles. Everything that is not readonly may be changed at any time. */
export interface WorldShape {
  readonly git: MemoryGit
  readonly remote: MemoryRemote
  readonly person: Person
  readonly machine: MemoryMachine
  /** The host that the layer gives: process 100. */
  readonly host: MemoryHost
  readonly agent: { script: AgentScript; judge: CodingAgent["judge"]; readonly runs: Array<AgentInput> }
  build: Build
  /** By `argv[0]`; `npm` is there: an install succeeds, `npm run build` is `build`. */
  readonly programs: Record<string, ScriptedProgram>
  /** Everything that ran in a sandbox, in order. */
  readonly commands: Array<ExecRequest>
}

/** See {@link WorldShape}. */
export class World extends Context.Service<World, WorldShape>()("@devteam/core/testing/World") {}

/** What a world begins with. */
export interface WorldOptions {
  /** The repository's first commit, instead of {@link exampleFiles}. */
  readonly files?: Files | undefined
  /** Workflows beside the built-in one. */
  readonly workflows?: ReadonlyArray<Workflow> | undefined
}

/** A project with a build, a lockfile and a list of two tasks. */
export const exampleFiles: Files = {
  "tasks.md": "[ ] 1.1 Add a cart\n[ ] 1.2 Add a checkout (deps: 1.1)\n",
  "package.json": '{"name":"shop","scripts":{"build":"tsc"}}\n',
  "package-lock.json": "{}\n",
  "src/index.ts": "export {}\n"
}

const branch = "main"

const makePerson = (git: MemoryGit, { refs, url }: MemoryRemote): Person => {
  const head = (): Sha => {
    const sha = refs.get(`refs/heads/${branch}`)
    if (sha === undefined) throw new Error(`${url} has no branch ${branch}`)
    return sha
  }
  const commitAt = (sha: Sha): NamedCommit => {
    const commit = git.commits.get(sha)
    if (commit === undefined) throw new Error(`no commit ${sha} in this world`)
    return { sha, ...commit }
  }
  return {
    commit: (changes, message) => git.commitTo(url, branch, changes, message),
    head,
    read: (path) => {
      const entry = git.trees.get(commitAt(head()).tree)?.get(path)
      const bytes = entry === undefined ? undefined : git.blobs.get(entry.sha)
      return bytes === undefined ? undefined : new TextDecoder().decode(bytes)
    },
    log: () => {
      const log: Array<NamedCommit> = []
      for (let sha: Sha | undefined = head(); sha !== undefined; sha = log.at(-1)?.parents[0])
        log.push(commitAt(sha))
      return log
    },
    forceTo: (commit) => git.setRef(url, `refs/heads/${branch}`, commit)
  }
}

/** A file for the task, named after it. */
export const addsFile =
  (git: MemoryGit): AgentScript =>
  ({ checkout, env }) =>
    Effect.sync(() => {
      const id = env["DEVTEAM_TASK_ID"] ?? ""
      git.edit(checkout, { [`src/${id}.ts`]: `export const round = ${env["DEVTEAM_ROUND"]}\n` })
      return evidenceOf(`done ${id}\n`)
    })

/** Makes a world; its remote is the one of `given.settings()`. */
export const makeWorld = (options: WorldOptions = {}): WorldShape => {
  const git = new MemoryGit()
  const remote = git.createRemote(settings().repository.url, options.files ?? exampleFiles, branch)
  const machine = makeMachine(git)
  const world: WorldShape = {
    git,
    remote,
    machine,
    host: machine.process(100),
    person: makePerson(git, remote),
    agent: { script: addsFile(git), judge: judgeScript, runs: [] },
    build: () => Effect.succeed({ exitCode: 0, stdout: "built\n" }),
    programs: {
      npm: (request) =>
        request.argv[1] === "run"
          ? world.build((path) => git.read(request.cwd, path), request)
          : Effect.succeed({ exitCode: 0, stdout: "installed\n" })
    },
    commands: []
  }
  return world
}

const sandboxesOf = ({ commands, programs }: WorldShape): Layer.Layer<Sandboxes> =>
  layerSandboxes(
    new Proxy(programs, {
      get: (target, name): ScriptedProgram | undefined => {
        const program = typeof name === "string" ? target[name] : undefined
        return program === undefined
          ? undefined
          : (request) => {
              commands.push(request)
              return program(request)
            }
      }
    })
  )

const agentsOf = ({ agent }: WorldShape): Layer.Layer<CodingAgents> =>
  layerAgents(
    (input, print) => {
      agent.runs.push(input)
      return agent.script(input, print)
    },
    { ids: ["command"], judge: (evidence, changed) => agent.judge(evidence, changed) }
  )

/** Everything that a worker and the requests need, over a world that the test has in its hands. */
export type Everything =
  | World
  | Stores
  | Host
  | Repository
  | DeliveryRemote
  | TaskList
  | ProjectFile
  | Sandboxes
  | CodingAgents
  | Workflows

/** All ports over a new world and new, empty stores. */
export const layerMemory = (options: WorldOptions = {}): Layer.Layer<Everything> =>
  Layer.unwrap(
    Effect.sync(() => {
      const world = makeWorld(options)
      return Layer.mergeAll(
        Layer.succeed(World, world),
        layerStores,
        layerMemoryHost(world.host),
        layerMemoryRepository(world.git),
        layerMemoryDeliveryRemote(world.git),
        layerTaskList,
        layerProjectFile,
        sandboxesOf(world),
        agentsOf(world),
        Workflows.layer(options.workflows)
      )
    })
  )
