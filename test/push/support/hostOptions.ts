/**
 * How a process opens a world's data directory: over HTTP, with the password asked for.
 */
import type { HostOptions } from "@devteam/runner/layers/machine"
import { Effect, Option, Redacted } from "effect"
import type { WorkerJob } from "./workerJob.ts"

/** The host options of a job. */
export const hostOptions = (job: WorkerJob): HostOptions => ({
  dataDirectory: job.dataDirectory,
  protocols: ["http"],
  credentials: () =>
    Effect.succeed(Option.some({ username: job.username, password: Redacted.make(job.password) })),
  secrets: [{ name: "password", value: job.password }]
})
