/**
 * The runner as a library: promises in, promises out, for services that are not written with Effect.
 *
 * It has no global state, installs no signal handler and never ends the process. Those who use Effect take the layers
 * of `layers/` and the functions of `@devteam/core/worker` themselves.
 */
import type { Execution } from "@devteam/core/execution/State"
import type { StatusProjection } from "@devteam/core/execution/StatusProjection"
import type { StoredFrame } from "@devteam/core/ports/Frames"
import { Frames } from "@devteam/core/ports/Frames"
import { Journal } from "@devteam/core/ports/Journal"
import { CorrelationId, type ExecutionId, ProjectId } from "@devteam/core/model/Ids"
import type { Scope } from "@devteam/core/model/Settings"
import { drive } from "@devteam/core/worker/drive"
import { request } from "@devteam/core/worker/request"
import { settleIfAbandoned } from "@devteam/core/worker/settle"
import { start } from "@devteam/core/worker/start"
import type { Submitted } from "@devteam/core/worker/submit"
import type { WorkResult } from "@devteam/core/worker/work"
import { Context, Effect, Layer, Logger, ManagedRuntime, Option, Stream } from "effect"
import { randomUUID } from "node:crypto"
import { embeddedLayer } from "./layers/embedded.ts"
import type { HostOptions, RunnerPorts } from "./layers/machine.ts"
import { memoryLayer } from "./layers/memory.ts"
import { type RunSettings, toSettings } from "./RunSettings.ts"

/** Where a runner keeps what it must not forget: `embedded` in its data directory, `memory` nowhere. */
export interface RunnerOptions extends HostOptions {
  readonly store: "embedded" | "memory"
  /** Loggers of Effect; none by default, so that an embedding service's output stays its own. */
  readonly loggers?: ReadonlyArray<Logger.Logger<unknown, unknown>> | undefined
}

/** What a run is to do, and for which project. */
export interface StartRun {
  readonly projectId: string
  readonly run: RunSettings
  readonly scope?: Scope | undefined
  readonly correlationId?: string | undefined
  readonly workflow?: string | undefined
}

/** A runner. Promises reject with the core's tagged errors (`RequestRejected`, `JournalError`, …). */
export interface Runner {
  /** Starts an execution; nothing runs until somebody drives it. */
  readonly start: (input: StartRun) => Promise<Execution>
  /** Works on an execution in this process until it is settled, or held by another process. */
  readonly drive: (executionId: ExecutionId) => Promise<WorkResult>
  readonly pause: (projectId: string, mode?: "step" | "now") => Promise<Submitted>
  readonly resume: (projectId: string) => Promise<Submitted>
  readonly stop: (projectId: string) => Promise<Submitted>
  /** Undefined for a project without an execution. */
  readonly status: (projectId: string) => Promise<StatusProjection | undefined>
  /** Frames after a running number, then new ones as they come; ends with the iterator. */
  readonly watch: (projectId: string, after?: number) => AsyncIterable<StoredFrame>
  /** Interrupts what runs, ends its processes, and closes the stores. What was running goes on with the next drive. */
  readonly close: () => Promise<void>
}

const layerOf = (options: RunnerOptions): Layer.Layer<RunnerPorts, unknown> =>
  Layer.mergeAll(
    options.store === "embedded" ? embeddedLayer(options) : memoryLayer(options),
    Logger.layer([...(options.loggers ?? [])])
  )

/** Makes a runner. Its stores open at the first call. */
export const createRunner = (options: RunnerOptions): Runner => {
  const runtime = ManagedRuntime.make(layerOf(options))
  const ask = (projectId: string, command: Parameters<typeof request>[1]) =>
    runtime.runPromise(
      Effect.tap(request(ProjectId.make(projectId), command), () =>
        settleIfAbandoned(ProjectId.make(projectId))
      )
    )
  return {
    start: ({ projectId, run, scope, correlationId, workflow }) =>
      runtime.runPromise(
        Effect.suspend(() =>
          start({
            projectId: ProjectId.make(projectId),
            settings: toSettings(run),
            scope: scope ?? { _tag: "List" },
            boundTo: "service",
            correlationId: CorrelationId.make(correlationId ?? randomUUID()),
            workflow: workflow ?? "DEVTEAM_AUTOMATION"
          })
        )
      ),
    drive: (executionId) => runtime.runPromise(drive(executionId)),
    pause: (projectId, mode = "step") => ask(projectId, { _tag: "Pause", mode, by: "host" }),
    resume: (projectId) => ask(projectId, { _tag: "Resume", by: "host" }),
    stop: (projectId) => ask(projectId, { _tag: "Stop", by: "host" }),
    status: (projectId) =>
      runtime.runPromise(
        Effect.map(
          Journal.use((journal) => journal.status(ProjectId.make(projectId))),
          Option.getOrUndefined
        )
      ),
    watch: (projectId, after = 0) =>
      Stream.toAsyncIterable(
        Stream.unwrap(
          Effect.map(runtime.contextEffect, (context) =>
            Context.get(context, Frames).follow(ProjectId.make(projectId), after)
          )
        )
      ),
    close: () => runtime.dispose()
  }
}
