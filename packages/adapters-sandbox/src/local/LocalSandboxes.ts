/**
 * Runs agents and builds as plain processes of this machine.
 *
 * It gives them a scrubbed environment and a home of their own, limits their time, and kills everything that they
 * started. It is not isolation: commands run as the worker's user, with its files and network. For code that you
 * do not trust, use a container.
 */
import type { ProjectId } from "@devteam/core/model/Ids"
import { type ExecRequest, SandboxError, Sandboxes, type SandboxOwner } from "@devteam/core/ports/Sandbox"
import { Effect, Layer, Stream } from "effect"
import { randomUUID } from "node:crypto"
import { readFile } from "node:fs/promises"
import { userInfo } from "node:os"
import { join } from "node:path"
import { runCommand, type RunningCommand } from "./command.ts"
import { toolVersions } from "./health.ts"
import { commandVariable, formatMark, markVariable, parseMark } from "./mark.ts"
import { markedTrees } from "./markedTree.ts"
import { findContainment } from "./namespaceProbe.ts"
import { type HostEnvironment, npmSettings } from "./npmSettings.ts"
import { hasProcessTable } from "./processTable.ts"
import type { Containment, ProcessTree } from "./ProcessTree.ts"
import { findProgram } from "./programLookup.ts"
import { homeOf, prepareHome, removeHome } from "./sandboxHome.ts"
import { scrubbedEnvironment } from "./scrubbedEnvironment.ts"
import { sweep } from "./sweep.ts"

/** How to run a local sandbox. */
export interface LocalSandboxOptions {
  /** An absolute directory for the homes, one per project; made when it is missing. Keep the path short. */
  readonly homesDirectory: string
  /** The environment that PATH, proxies and npm settings are taken from; default: this process's own. */
  readonly environment?: HostEnvironment | undefined
  /** `auto` (default) uses a pid namespace where this machine allows it; `env_mark` never does. */
  readonly containment?: "auto" | "env_mark" | undefined
}

const released = new SandboxError({
  reason: "lost",
  message: "The sandbox was given back already, so no command runs in it. Acquire it again."
})

const reap = (owner: Pick<SandboxOwner, "instance" | "projectId" | "epoch">) =>
  sweep({
    isMember: (environment) =>
      environment.some((variable) => {
        if (!variable.startsWith(`${markVariable}=`)) return false
        const mark = parseMark(variable.slice(markVariable.length + 1))
        return (
          mark?.instance === owner.instance && mark.projectId === owner.projectId && mark.epoch < owner.epoch
        )
      })
  })

/** A finalizer cannot fail: what could not be killed is logged, and the next `acquire` or `reap` finds it again. */
const said = (kill: Effect.Effect<void, SandboxError>) => Effect.ignore(kill, { log: "Error" })

const containmentWarnings = (containment: Containment): ReadonlyArray<string> => {
  if (containment.kind === "pid_namespace") return []
  return hasProcessTable
    ? [
        "no pid namespace can be made here (`unshare`): a process that clears its environment and leaves its " +
          "session can outlive its command, and commands can read the environment of your other processes"
      ]
    : ["this system has no /proc: a process that leaves its process group outlives its command"]
}

const userNpmrc = (host: HostEnvironment): Effect.Effect<string> => {
  const named = host["NPM_CONFIG_USERCONFIG"] ?? host["npm_config_userconfig"]
  const file = named ?? (host["HOME"] === undefined ? undefined : join(host["HOME"], ".npmrc"))
  return file === undefined
    ? Effect.succeed("")
    : Effect.promise(() =>
        readFile(file, "utf8").then(
          (text) => text,
          () => ""
        )
      )
}

const prepare = Effect.fn("LocalSandboxes.prepare")(function* (
  options: LocalSandboxOptions,
  projectId: ProjectId
) {
  const host = options.environment ?? process.env
  const home = homeOf(options.homesDirectory, projectId)
  const npm = npmSettings(yield* userNpmrc(host), host)
  yield* prepareHome(home, npm.userConfig)
  const scrubbed = scrubbedEnvironment(host, home)
  return {
    home,
    environment: { ...scrubbed.environment, ...npm.environment },
    warnings: [...scrubbed.warnings, ...npm.warnings]
  }
})

const make = Effect.fn("LocalSandboxes.make")(function* (options: LocalSandboxOptions) {
  const containmentOnce = yield* Effect.cached(
    options.containment === "env_mark"
      ? Effect.succeed(markedTrees)
      : findContainment(`${(options.environment ?? process.env)["PATH"] ?? ""}:/usr/bin:/bin:/usr/sbin:/sbin`)
  )

  const acquire = Effect.fn("LocalSandboxes.acquire")(function* (owner: SandboxOwner) {
    yield* reap(owner)
    const containment = yield* containmentOnce
    const { home, environment, warnings } = yield* prepare(options, owner.projectId)
    const running = new Map<ProcessTree, RunningCommand["abort"]>()
    let open = true

    const start = Effect.fnUntraced(function* (request: ExecRequest) {
      if (!open) return yield* released
      const env = { ...environment, ...request.env }
      const [name, ...args] = request.argv
      const program = yield* findProgram(name, request.cwd, env.PATH ?? "")
      const starting = containment.start({
        program,
        args,
        cwd: request.cwd,
        env,
        mark: { [markVariable]: formatMark(owner), [commandVariable]: randomUUID() },
        stdin: request.stdin !== undefined
      })
      const tree = yield* Effect.acquireRelease(
        Effect.tap(starting, (tree) => Effect.sync(() => running.set(tree, tree.kill))),
        (tree) =>
          Effect.ensuring(
            said(tree.kill),
            Effect.sync(() => running.delete(tree))
          )
      )
      const command = yield* runCommand(tree, request)
      running.set(tree, command.abort)
      // It may have been given back while the command started.
      if (!open) yield* command.abort
      return command.events
    })
    const exec = (request: ExecRequest) => Stream.unwrap(start(request))
    const close = Effect.suspend(() => {
      open = false
      return Effect.forEach(running.values(), (abort) => abort, { concurrency: "unbounded", discard: true })
    })
    yield* Effect.addFinalizer(() => said(close))

    return {
      kind: "local",
      exec,
      health: Effect.map(toolVersions(exec, home), (versions) => ({
        ...versions,
        containment: containment.kind,
        warnings: [
          `local sandbox: not isolated; commands run as ${userInfo().username} with that user's files and network`,
          ...containmentWarnings(containment),
          ...warnings
        ]
      })),
      destroy: Effect.andThen(close, removeHome(home))
    }
  })

  return Sandboxes.of({ acquire, reap })
})

/** The local sandbox as the Sandboxes port. Looks for pid namespaces at the first `acquire`. */
export const layer = (options: LocalSandboxOptions): Layer.Layer<Sandboxes> =>
  Layer.effect(Sandboxes, make(options))
