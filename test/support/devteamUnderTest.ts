/**
 * The `devteam` command for tests: the same program, with failpoints and a person's answer from the environment.
 *
 * `DEVTEAM_ANSWER` is what somebody at a terminal types when asked; without it there is no terminal.
 * `DEVTEAM_FAILPOINT=<STEP>:<place>[#n]` kills this process (SIGKILL) at the n-th passing of that point, the first
 * without a number; `DEVTEAM_FAILPOINT_HANG` likewise waits there for ever. Places: started, effect, ending, ended.
 */
import { writeSync } from "node:fs"
import { enableCompileCache, registerHooks } from "node:module"
import { tmpdir } from "node:os"
import { join } from "node:path"

enableCompileCache(join(tmpdir(), "devteam-test-compile-cache"))
registerHooks({
  resolve: (specifier, context, nextResolve) =>
    specifier.startsWith("@devteam/")
      ? nextResolve(specifier, { ...context, conditions: [...(context.conditions ?? []), "devteam-source"] })
      : nextResolve(specifier, context)
})

interface Point {
  readonly name: string
  left: number
}

const pointOf = (variable: string): Point | undefined => {
  const [name = "", number = "1"] = (process.env[variable] ?? "").split("#")
  return name === "" ? undefined : { name, left: Number(number) }
}

const kill = pointOf("DEVTEAM_FAILPOINT")
const hang = pointOf("DEVTEAM_FAILPOINT_HANG")

/** Whether this is the passing that counts. */
const reached = (point: Point | undefined, name: string): boolean => {
  if (point?.name !== name) return false
  point.left -= 1
  return point.left === 0
}

const { Effect } = await import("effect")

const failpoints = (name: string) =>
  Effect.suspend(() => {
    if (reached(kill, name)) process.kill(process.pid, "SIGKILL")
    if (!reached(hang, name)) return Effect.void
    writeSync(2, `hanging at ${name}\n`)
    return Effect.interruptible(Effect.never)
  })

const answer = process.env["DEVTEAM_ANSWER"]
const ask = (question: string) =>
  Effect.sync(() => {
    writeSync(2, question)
    return answer
  })

const { main } = await import("../../packages/cli/src/main.ts")
process.exitCode = await main(process.argv.slice(2), {
  failpoints,
  ...(answer === undefined ? {} : { ask })
})
