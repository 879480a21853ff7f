/**
 * `npm run smoke`: does a server do its work? One line for each stage; exit 0 when all went well, else 1.
 *
 * Without arguments it starts a server of its own, with everything in a temporary folder. With `--url` it tries one
 * that runs, with the token of `DEVTEAM_TOKEN`, on a project that is there for this: its agent may be called before
 * the execution is stopped.
 */
import { parseArgs } from "node:util"
import { type OwnServer, startOwnServer } from "./ownServer.ts"
import { type Stage, type Target, tryServer } from "./stages.ts"

const usage = `npm run smoke
npm run smoke -- --url http://127.0.0.1:4600 --project <id> [--repository <url>]     with the token in DEVTEAM_TOKEN
`

const limitMs = 60_000

const say = (outcome: string, name: string, ms: number, text: string) =>
  process.stdout.write(`${outcome.padEnd(6)}  ${name.padEnd(8)}  ${ms.toFixed(0).padStart(6)} ms  ${text}\n`)

/** With what `fetch` hides behind "fetch failed". */
const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  const { cause, message } = error
  return cause instanceof Error ? `${message}: ${cause.message}` : message
}

/** Has been said already. */
class StageFailed extends Error {}

const stage: Stage = async (name, run) => {
  const begun = performance.now()
  const aborter = new AbortController()
  const tooLate = Promise.withResolvers<never>()
  const timer = setTimeout(() => {
    tooLate.reject(new Error(`It took longer than ${limitMs / 1000} s.`))
    aborter.abort()
  }, limitMs)
  try {
    const [value, text] = await Promise.race([run(aborter.signal), tooLate.promise])
    say("ok", name, performance.now() - begun, text)
    return value
  } catch (error) {
    say("FAILED", name, performance.now() - begun, reasonOf(error))
    throw new StageFailed()
  } finally {
    clearTimeout(timer)
  }
}

const tryOwn = async (): Promise<void> => {
  const own = await stage("start", async (): Promise<readonly [OwnServer, string]> => {
    const started = await startOwnServer()
    return [started, started.url]
  })
  const { url, token, repository } = own
  try {
    await tryServer(stage, { url, token, repository, projectId: "smoke" })
  } finally {
    await stage("end", async () => {
      const text = await own.stop()
      return [text, text]
    })
  }
}

const targetOf = (): Target | "own" | undefined => {
  try {
    const { values } = parseArgs({
      options: { url: { type: "string" }, project: { type: "string" }, repository: { type: "string" } }
    })
    const { url, project: projectId, repository } = values
    const token = process.env["DEVTEAM_TOKEN"]
    if (url === undefined && projectId === undefined && repository === undefined) return "own"
    return url === undefined || projectId === undefined ? undefined : { url, token, projectId, repository }
  } catch {
    return undefined
  }
}

const target = targetOf()
if (target === undefined) {
  process.stderr.write(usage)
  process.exitCode = 2
} else {
  try {
    await (target === "own" ? tryOwn() : tryServer(stage, target))
  } catch (error) {
    if (!(error instanceof StageFailed)) throw error
    process.exitCode = 1
  }
}
