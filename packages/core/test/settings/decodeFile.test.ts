/** What is said about a wrong value, field by field. */
import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { durationMs } from "../../src/model/ProjectSettings.ts"
import { decodeFile, fieldNames } from "../../src/settings/decodeFile.ts"

const messages = (value: unknown): ReadonlyArray<string> => {
  const decoded = decodeFile(value)
  return Result.isFailure(decoded) ? decoded.failure.map(({ message }) => message) : []
}

const cases: ReadonlyArray<readonly [value: unknown, message: string]> = [
  [[], "the file has to be a mapping of settings, not a list"],
  ["x", 'the file has to be a mapping of settings, not "x"'],
  [{ taskList: "" }, 'taskList has to be a path in the repository, not ""'],
  [{ taskList: null }, "taskList has to be a path in the repository, not nothing"],
  [
    { taskList: "x".repeat(2_000) },
    `taskList has to be a path in the repository of at most 1000 characters, not "${"x".repeat(57)}…"`
  ],
  [{ granularity: "all" }, 'granularity has to be item or leaf, not "all"'],
  [{ agent: "aider" }, 'agent has to be a mapping with the agent\'s id, not "aider"'],
  [{ agent: {} }, "agent.id is missing"],
  [{ agent: { id: "aider", args: [] } }, 'unknown setting "agent.args". Did you mean "agent.argv"?'],
  [
    { agent: { id: "aider", env: ["A=b"] } },
    'agent.env[1] has to be the name of a variable, never its value, not "A=b"'
  ],
  [{ verify: "npm test" }, 'verify has to be a list of commands, not "npm test"'],
  [{ verify: [["npm"], 3] }, "verify[2] has to be a command: one line of text, or a list of words, not 3"],
  [{ verify: [[]] }, "verify[1] has to be a command: one line of text, or a list of words, not a list"],
  [{ verify: ["a\nb"] }, 'verify[1] has to be a command: one line of text, or a list of words, not "a\\nb"'],
  [
    { verify: Array.from({ length: 21 }, () => "x") },
    "verify has to be a list of at most 20 commands, not a list"
  ],
  [{ requireVerify: "yes" }, 'requireVerify has to be true or false, not "yes"'],
  [{ noChange: "skip" }, 'noChange has to be hold or accept, not "skip"'],
  [{ onFailure: true }, "onFailure has to be continue or stop, not true"],
  [{ delivery: "pr" }, 'delivery has to be main, branch or local, not "pr"'],
  [{ skip: [7.1] }, "skip[1] has to be the id of a task, in quotes, not 7.1"],
  [{ limits: { rounds: 0 } }, "limits.rounds has to be a whole number from 1 to 20, not 0"],
  [{ limits: { rounds: 2.5 } }, "limits.rounds has to be a whole number from 1 to 20, not 2.5"],
  [{ limits: { rounds: 1e300 } }, "limits.rounds has to be a whole number from 1 to 20, not 1e+300"],
  [
    { limits: { agentTime: 30 } },
    "limits.agentTime has to be a duration from 1s to 7d, such as 90s, 30m or 2h, not 30"
  ],
  [
    { limits: { agentTime: "30" } },
    'limits.agentTime has to be a duration from 1s to 7d, such as 90s, 30m or 2h, not "30"'
  ],
  [
    { limits: { agentTime: "8d" } },
    'limits.agentTime has to be a duration from 1s to 7d, such as 90s, 30m or 2h, not "8d"'
  ],
  [{ limits: { maxCost: -1 } }, "limits.maxCost has to be an amount in US dollars from 0 to 1000000, not -1"],
  [
    { limits: { maxCost: Number.POSITIVE_INFINITY } },
    "limits.maxCost has to be an amount in US dollars from 0 to 1000000, not Infinity"
  ],
  [{ limits: { max_cost: 1 } }, 'unknown setting "limits.max_cost". Did you mean "limits.maxCost"?'],
  [{ maxCost: 1 }, 'unknown setting "maxCost". Did you mean "limits.maxCost"?'],
  [{ tasks: "a.md" }, 'unknown setting "tasks". Did you mean "taskList"?'],
  [{ verfiy: [] }, 'unknown setting "verfiy". Did you mean "verify"?'],
  [
    { constructor: 1 },
    `unknown setting "constructor". Known here: ${fieldNames.filter((name) => !name.includes(".")).join(", ")}.`
  ]
]

describe("the project file's values", () => {
  for (const [value, message] of cases) {
    it(message.slice(0, 90), () => assert.deepStrictEqual(messages(value), [message]))
  }

  it("the target branch cannot be set in a file that is read from it", () => {
    assert.match(messages({ target: "main" })[0] ?? "", /the file is read from it\. Name it with --target/)
  })

  it("says many problems at once, and not without end", () => {
    assert.lengthOf(messages({ skip: [1, 2, 3], limits: { rounds: 0 } }), 4)
    assert.lengthOf(messages({ skip: Array.from({ length: 900 }, (_, index) => index) }), 50)
  })

  it("a command with what only a shell knows goes to one; plain words do not", () => {
    const decoded = decodeFile({ verify: ["npm run build", "npm test | tee log", ["echo", "a b"]] })
    assert.deepStrictEqual(Result.getOrThrow(decoded).verify, [
      ["npm", "run", "build"],
      ["sh", "-c", "npm test | tee log"],
      ["echo", "a b"]
    ])
  })

  it("durations", () => {
    assert.deepStrictEqual(
      ["1s", "90s", "1.5h", "7d", "2000ms", "999ms", "0m", "7.01d", "1w", "m", "-1m", "1e3s", " 1m"].map(
        durationMs
      ),
      [1_000, 90_000, 5_400_000, 604_800_000, 2_000, ...Array.from({ length: 8 }, () => undefined)]
    )
  })

  it("everything that looks like a secret is refused wherever it stands", () => {
    const token = `sk-ant-${"x1".repeat(20)}`
    for (const value of [
      { verify: [`curl -H 'x-api-key: ${token}' https://example.test`] },
      { agent: { id: "command", argv: ["a", token] } },
      { taskList: `https://ada:${"secret"}@example.test/tasks.md` },
      { unknown: { deep: [token] } }
    ]) {
      const [message = ""] = messages(value)
      assert.match(message, /holds what looks like a secret/)
      assert.notInclude(message, token)
    }
  })
})
