/**
 * What a test file makes and starts, gone at its end whatever fails in between.
 */
import { afterAll } from "@effect/vitest"
import type { Running } from "./devteamCommand.ts"
import type { Sample } from "./sampleRepository.ts"

/** Lists to put samples and processes on. Processes are killed, and have ended before the samples go. */
export const goneAfterAll = () => {
  const samples: Array<Sample> = []
  const processes: Array<Running> = []
  afterAll(async () => {
    for (const { child } of processes) child.kill("SIGKILL")
    await Promise.all(processes.map(({ ended }) => ended))
    for (const sample of samples) sample.dispose()
  })
  return { samples, processes }
}
