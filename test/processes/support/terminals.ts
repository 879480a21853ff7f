/**
 * The other terminals of a project: watchers and one that steers, as processes, and what they said.
 */
import { createInterface } from "node:readline"
import { startProgram, type Place, type Started } from "../../support/devteamProcess.ts"
import type { Answer, Ask } from "./steerer.ts"

/** What a watcher saw until it was closed. */
export interface Watched {
  readonly looks: number
  readonly executions: number
  readonly violations: ReadonlyArray<string>
}

const started = ({ child, ended }: Started) =>
  new Promise<void>((resolve, reject) => {
    child.stdout?.once("data", () => resolve())
    void ended.then(({ stderr }) => reject(new Error(stderr)))
  })

const lastLine = (text: string): string => text.trimEnd().split("\n").at(-1) ?? ""

/** Starts a watcher; resolves once it looks. */
export const startWatcher = async (place: Place, project: string) => {
  const running = startProgram(place, "../processes/support/watcher.ts", [place.dataDirectory, project])
  await started(running)
  return {
    close: async (): Promise<Watched> => {
      running.child.stdin?.end()
      const { code, stdout, stderr } = await running.ended
      if (code !== 0) throw new Error(`A watcher failed: ${stderr}`)
      return JSON.parse(lastLine(stdout)) as Watched
    }
  }
}

/** Starts a steerer; resolves once it is ready. */
export const startSteerer = async (place: Place, project: string) => {
  const running = startProgram(place, "../processes/support/steerer.ts", [place.dataDirectory, project])
  const { child, ended } = running
  const waiting = new Map<string, (answer: Answer) => void>()
  const answers: Array<Answer> = []
  if (child.stdout === null) throw new Error("no stdout")
  createInterface({ input: child.stdout }).on("line", (line) => {
    if (!line.startsWith("{")) return
    const answer = JSON.parse(line) as Answer
    answers.push(answer)
    waiting.get(answer.by)?.(answer)
  })
  await started(running)
  const failed = ended.then(({ stderr }): Answer => {
    throw new Error(`The steerer ended: ${stderr}`)
  })
  failed.catch(() => undefined)
  return {
    answers,
    ask: (ask: Ask): Promise<Answer> => {
      const answered = new Promise<Answer>((resolve) => waiting.set(ask.by, resolve))
      child.stdin?.write(`${JSON.stringify(ask)}\n`)
      return Promise.race([answered, failed])
    },
    close: async () => {
      child.stdin?.end()
      const { code, stderr } = await ended
      if (code !== 0) throw new Error(`The steerer failed: ${stderr}`)
    }
  }
}
