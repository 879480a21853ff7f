/**
 * What a project says about its own runs: the contents of `.devteam/project.yaml`, every field optional.
 *
 * Two shapes of the same: {@link ProjectSettingsFile}, as people write it, with its checks, its descriptions for editors
 * and the words for what is wrong; and {@link ProjectSettings}, with commands as words, times in milliseconds and the
 * names of {@link Limits}. Which settings win is not here.
 */
import { Schema } from "effect"
import type { Limits } from "./Limits.ts"
import { Delivery, Granularity } from "./Settings.ts"

/** A shell's line, or the words of a command without a shell. */
export type CommandText = string | ReadonlyArray<string>

/** Longest line of text, most commands, most words of one, most names. */
export const fileLimits = { line: 4_000, commands: 20, words: 200, names: 100, tasks: 1_000 } as const

/** A value's kind in words, after "has to be". It is what a person reads; the schema's own words are not. */
const expects = (expected: string) => ({ message: expected })

const text = (expected: string, longest: number) =>
  Schema.String.annotate(expects(expected)).check(
    Schema.isPattern(/^ *[^\p{Cc} ][^\p{Cc}]*$/u, expects(expected)),
    Schema.isMaxLength(longest, expects(`${expected} of at most ${longest} characters`))
  )

const count = (expected: string, maximum: number) =>
  Schema.Number.annotate(expects(expected)).check(
    Schema.isInt(expects(expected)),
    Schema.isBetween({ minimum: 1, maximum }, expects(expected))
  )

const dollars = Schema.Finite.annotate(expects("an amount in US dollars from 0 to 1000000")).check(
  Schema.isBetween({ minimum: 0, maximum: 1_000_000 }, expects("an amount in US dollars from 0 to 1000000"))
)

const tokens = count("a whole number of tokens from 1 to 1000000000", 1_000_000_000)

const yesOrNo = Schema.Boolean.annotate(expects("true or false"))

const aCommand = "a command: one line of text, or a list of words"
const line = text(aCommand, fileLimits.line)
const word = Schema.String.annotate(expects(aCommand)).check(
  Schema.isPattern(/^[^\p{Cc}]*$/u, expects(aCommand)),
  Schema.isMaxLength(
    fileLimits.line,
    expects(`a command with words of at most ${fileLimits.line} characters`)
  )
)
const words = Schema.Array(word)
  .annotate(expects(aCommand))
  .check(
    Schema.isMinLength(1, expects(aCommand)),
    Schema.isMaxLength(fileLimits.words, expects(`a command of at most ${fileLimits.words} words`))
  )
const commands = Schema.Array(Schema.Union([line, words]).annotate(expects(aCommand)))
  .annotate(expects("a list of commands"))
  .check(
    Schema.isMaxLength(fileLimits.commands, expects(`a list of at most ${fileLimits.commands} commands`))
  )

const aDuration = "a duration from 1s to 7d, such as 90s, 30m or 2h"
const durationPattern = /^([0-9]{1,9}(?:\.[0-9]{1,3})?)(ms|s|m|h|d)$/u
const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const
const longestMs = 7 * unitMs.d

/** Milliseconds of `90s`, `30m`, `1.5h`; undefined when it is none or not within 1 s and 7 d. */
export const durationMs = (duration: string): number | undefined => {
  const match = durationPattern.exec(duration)
  const unit = match?.[2]
  if (match === null || !(unit === "ms" || unit === "s" || unit === "m" || unit === "h" || unit === "d")) {
    return undefined
  }
  const ms = Math.round(Number(match[1]) * unitMs[unit])
  return ms >= unitMs.s && ms <= longestMs ? ms : undefined
}

const duration = Schema.String.annotate(expects(aDuration)).check(
  Schema.isPattern(durationPattern, expects(aDuration)),
  Schema.makeFilter((written: string) => durationMs(written) !== undefined, expects(aDuration))
)

const anAgent = "a mapping with the agent's id"
const aVariable = "the name of a variable, never its value"

const AgentFile = Schema.Struct({
  id: text("the id of an agent", 100).annotateKey({
    description: "Which agent does the work: aider, or command for a program of your own."
  }),
  argv: Schema.optionalKey(
    words.annotateKey({
      description:
        "Program and arguments of the agent; {prompt} stands for a file with the prompt, {model} for the model. Not taken by a service."
    })
  ),
  model: Schema.optionalKey(
    text("the name of a model", 200).annotateKey({ description: "The model that the agent is to use." })
  ),
  env: Schema.optionalKey(
    Schema.Array(
      Schema.String.annotate(expects(aVariable)).check(
        Schema.isPattern(/^[A-Za-z_][A-Za-z0-9_]{0,199}$/u, expects(aVariable))
      )
    )
      .annotate(expects("a list of names of variables"))
      .check(
        Schema.isMaxLength(
          fileLimits.names,
          expects(`a list of at most ${fileLimits.names} names of variables`)
        )
      )
      .annotateKey({
        description:
          "Names of variables that the agent gets from the environment of whoever runs it. Not taken by a service."
      })
  )
}).annotate(expects(anAgent))

const LimitsFile = Schema.Struct({
  rounds: Schema.optionalKey(
    count("a whole number from 1 to 20", 20).annotateKey({
      description: "How often the agent may try a task; each try is built.",
      default: 3
    })
  ),
  failedTasks: Schema.optionalKey(
    count("a whole number from 1 to 1000", 1_000).annotateKey({
      description: "The run ends after so many failed tasks.",
      default: 3
    })
  ),
  agentTime: Schema.optionalKey(
    duration.annotateKey({ description: "The agent's time for one round.", default: "30m" })
  ),
  agentIdleTime: Schema.optionalKey(
    duration.annotateKey({
      description: "How long the agent may say nothing before it is ended.",
      default: "10m"
    })
  ),
  installTime: Schema.optionalKey(
    duration.annotateKey({ description: "The time for one installation of dependencies.", default: "10m" })
  ),
  buildTime: Schema.optionalKey(
    duration.annotateKey({ description: "The time for one verification command.", default: "15m" })
  ),
  maxTaskCost: Schema.optionalKey(
    dollars.annotateKey({ description: "US dollars that one task may cost.", default: 2 })
  ),
  maxCost: Schema.optionalKey(
    dollars.annotateKey({ description: "US dollars that one run may cost.", default: 20 })
  ),
  maxTaskTokens: Schema.optionalKey(
    tokens.annotateKey({
      description: "Input and output tokens that one task may take; no limit by default."
    })
  ),
  maxTokens: Schema.optionalKey(
    tokens.annotateKey({ description: "Input and output tokens that one run may take; no limit by default." })
  )
}).annotate(expects("a mapping of limits"))

const aTaskId = "the id of a task, in quotes"

/** The file as people write it. */
export const ProjectSettingsFile = Schema.Struct({
  taskList: Schema.optionalKey(
    text("a path in the repository", 1_000).annotateKey({
      description: "Path of the task list in the repository. Found by its usual names when absent."
    })
  ),
  granularity: Schema.optionalKey(
    Granularity.annotate(expects("item or leaf")).annotateKey({
      description: "What counts as a task where the list nests: the item, or its innermost points."
    })
  ),
  agent: Schema.optionalKey(AgentFile.annotateKey({ description: "Who does the work." })),
  prepare: Schema.optionalKey(
    commands.annotateKey({ description: "Commands that run in the checkout before the agent.", default: [] })
  ),
  verify: Schema.optionalKey(
    commands.annotateKey({
      description: "Commands that prove a change, instead of installing and building."
    })
  ),
  requireVerify: Schema.optionalKey(
    yesOrNo.annotateKey({ description: "Hold a task that nothing verifies.", default: false })
  ),
  noChange: Schema.optionalKey(
    Schema.Literals(["hold", "accept"]).annotate(expects("hold or accept")).annotateKey({
      description: "What becomes of a task when the agent says that nothing is to be done.",
      default: "hold"
    })
  ),
  onFailure: Schema.optionalKey(
    Schema.Literals(["continue", "stop"])
      .annotate(expects("continue or stop"))
      .annotateKey({ description: "What a failed task means for the others.", default: "continue" })
  ),
  delivery: Schema.optionalKey(
    Delivery.annotate(expects("main, branch or local")).annotateKey({
      description:
        "Where proven changes go: to the target branch, to a branch devteam/… for people to merge, or to such a branch on this machine only.",
      default: "main"
    })
  ),
  skip: Schema.optionalKey(
    Schema.Array(text(aTaskId, 200))
      .annotate(expects("a list of ids of tasks"))
      .check(
        Schema.isMaxLength(fileLimits.tasks, expects(`a list of at most ${fileLimits.tasks} ids of tasks`))
      )
      .annotateKey({
        description: "Ids of tasks that are left as they are; what depends on them waits.",
        default: []
      })
  ),
  limits: Schema.optionalKey(LimitsFile.annotateKey({ description: "How often, how long, how much." }))
}).annotate(expects("a mapping of settings"))
export type ProjectSettingsFile = typeof ProjectSettingsFile.Type

/** An agent as a project names it. `argv` and `model` may be left to others. */
export interface ProjectAgent {
  readonly id: string
  readonly argv?: ReadonlyArray<string>
  readonly model?: string
  readonly env?: ReadonlyArray<string>
}

/** What the file says, in the terms of an execution's settings. */
export interface ProjectSettings {
  readonly taskList?: string
  readonly granularity?: Granularity
  readonly agent?: ProjectAgent
  readonly prepare?: ReadonlyArray<ReadonlyArray<string>>
  readonly verify?: ReadonlyArray<ReadonlyArray<string>>
  readonly requireVerify?: boolean
  readonly noChange?: "hold" | "accept"
  readonly onFailure?: "continue" | "stop"
  readonly delivery?: Delivery
  readonly skip?: ReadonlyArray<string>
  readonly limits?: Partial<Limits>
}
