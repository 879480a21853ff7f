/**
 * The settings file that `devteam init` writes: what was found as settings, everything else as comments.
 *
 * A setting that does not apply is a comment without a space behind the `#`, so that it applies once that is taken
 * away; words for people have the space. A test holds every field of the schema against it.
 */
import { defaultLimits } from "@devteam/core/model/Limits"

/** What was found in the work tree and on this machine. */
export interface Found {
  readonly taskList: string | undefined
  readonly verify: ReadonlyArray<ReadonlyArray<string>>
  /** The id of an agent that is installed. */
  readonly agent: string | undefined
}

/** Beside the settings, so that editors find it without a network. */
export const schemaName = "project.schema.json"

/** Text that YAML would read as something else than text. */
const special = /^(?:true|false|null)$/i

const scalar = (text: string): string =>
  /^[A-Za-z][\w ./-]*[\w/]$/.test(text) && !special.test(text) ? text : JSON.stringify(text)

const word = (text: string): string =>
  /^[A-Za-z][\w./-]*$/.test(text) && !special.test(text) ? text : JSON.stringify(text)

const command = (argv: ReadonlyArray<string>): string => {
  const line = argv.join(" ")
  return argv.every((part) => /^[\w@%+=:,./-]+$/.test(part)) ? scalar(line) : `[${argv.map(word).join(", ")}]`
}

const minutes = (ms: number): string => `${ms / 60_000}m`

const commented = (lines: ReadonlyArray<string>): ReadonlyArray<string> => lines.map((line) => `#${line}`)

const taskListLines = (taskList: string | undefined): ReadonlyArray<string> =>
  taskList === undefined
    ? [
        "# The task list. None was found by its usual names; `devteam tasks --template` prints one to begin with.",
        "#taskList: tasks.md"
      ]
    : ["# The task list, as it was found.", `taskList: ${scalar(taskList)}`]

const agentLines = (agent: string | undefined): ReadonlyArray<string> => {
  const more = ["  model: gpt-5", "  env: [OPENAI_API_KEY]", '  argv: [./my-agent, "{prompt}"]']
  return agent === undefined
    ? [
        "# Who does the work: aider, or command for a program of your own (argv; {prompt} is a file). No agent was found here.",
        "# A key stays in a variable: env names it.",
        ...commented(["agent:", "  id: aider", ...more])
      ]
    : [
        "# Who does the work: this one is installed here. A key stays in a variable: env names it.",
        "agent:",
        `  id: ${word(agent)}`,
        ...commented(more)
      ]
}

const verifyLines = (verify: ReadonlyArray<ReadonlyArray<string>>): ReadonlyArray<string> => [
  "# What proves a change: every command has to succeed.",
  verify.length === 0
    ? "# Nothing was found that would: without commands here no change is verified."
    : "# This is what runs anyway, as long as nothing else is said here.",
  ...commented([
    "verify:",
    ...(verify.length === 0 ? [["make", "test"]] : verify).map((argv) => `  - ${command(argv)}`)
  ])
]

/** The text of the file. */
export const projectYaml = ({ taskList, verify, agent }: Found): string => {
  const limits = defaultLimits
  const lines = [
    `# yaml-language-server: $schema=./${schemaName}`,
    "#",
    "# How DevTeam Runner works on this repository. Read from the first commit that a run starts from, so it counts once",
    "# it is pushed. What is left out is found, or has the default that stands here; the command line goes before it.",
    "",
    ...taskListLines(taskList),
    "",
    "# What counts as a task where the list nests: the item, or its innermost points (leaf). By default the list's kind tells.",
    "#granularity: item",
    "",
    ...agentLines(agent),
    "",
    "# Commands that run in the checkout before the agent.",
    ...commented(["prepare:", "  - npm ci"]),
    "",
    ...verifyLines(verify),
    "",
    "# Hold a task that nothing verifies.",
    "#requireVerify: false",
    "",
    "# What becomes of a task when the agent says that nothing is to be done: hold it, or accept that.",
    "#noChange: hold",
    "",
    "# What a failed task means for the others: continue or stop.",
    "#onFailure: continue",
    "",
    "# Where proven changes go: main (the target branch), branch (a branch devteam/… to merge by people), or local (such a",
    "# branch on this machine only).",
    "#delivery: main",
    "",
    "# Ids of tasks to leave as they are, in quotes.",
    '#skip: ["7.1"]',
    "",
    "# How often, how long, how many US dollars and tokens. These are the defaults; tokens have no limit by default.",
    ...commented([
      "limits:",
      `  rounds: ${limits.rounds}`,
      `  failedTasks: ${limits.failedTasks}`,
      `  agentTime: ${minutes(limits.agentMs)}`,
      `  agentIdleTime: ${minutes(limits.agentIdleMs)}`,
      `  installTime: ${minutes(limits.installMs)}`,
      `  buildTime: ${minutes(limits.buildMs)}`,
      `  maxTaskCost: ${limits.taskCostUsd}`,
      `  maxCost: ${limits.executionCostUsd}`
    ]),
    "#  maxTaskTokens: 400000",
    "#  maxTokens: 4000000"
  ]
  return `${lines.join("\n")}\n`
}
