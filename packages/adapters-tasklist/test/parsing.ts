import { readFileSync } from "node:fs"
import type { Task } from "@devteam/core/model/Task"
import { identityOf } from "@devteam/core/model/Task"
import type { TaskListDocument, TickResult } from "@devteam/core/ports/TaskList"
import { parse } from "../src/parse.ts"
import { tick } from "../src/tick.ts"

export const options = { file: "tasks.md" }

export const sample = readFileSync(new URL("fixtures/wbs.md", import.meta.url), "utf8")

export const read = (text: string): TaskListDocument => parse(text, options)

export const idsOf = (text: string): ReadonlyArray<string> => read(text).tasks.map((task) => task.id)

/** `severity code line:column` of each diagnostic. */
export const findings = (text: string): ReadonlyArray<string> =>
  read(text).diagnostics.map(({ code, column, line, severity }) => `${severity} ${code} ${line}:${column}`)

export const taskOf = (text: string, id: string): Task => {
  const task = read(text).tasks.find((task) => task.id === id)
  if (task === undefined) throw new Error(`no task ${id} in ${idsOf(text).join(" ")}`)
  return task
}

export const tickId = (text: string, id: string): TickResult =>
  tick(text, identityOf(taskOf(text, id)), options)

export const ticked = (text: string, id: string): string => {
  const result = tickId(text, id)
  if (result._tag !== "Ticked") throw new Error(JSON.stringify(result))
  return result.text
}

export const statesOf = (text: string): Record<string, string> =>
  Object.fromEntries(read(text).tasks.map((task): [string, string] => [task.id, task.state]))
