/** What only YAML has: places in the text, aliases, tags, and text that is none. */
import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { longestFile, parse } from "../src/parse.ts"

const problems = (text: string): ReadonlyArray<string> => {
  const parsed = parse(text)
  return Result.isFailure(parsed)
    ? parsed.failure.map(({ line, column, message }) => `${line}:${column}: ${message}`)
    : []
}

const settings = (text: string) => Result.getOrThrow(parse(text)).settings

const places: ReadonlyArray<readonly [what: string, text: string, expected: ReadonlyArray<string>]> = [
  [
    "a name and a value, behind comments and blank lines",
    "# ours\n\nlimits:\n  # a day\n  agentTime:   1y\n  round: 3\n",
    [
      '5:16: limits.agentTime has to be a duration from 1s to 7d, such as 90s, 30m or 2h, not "1y"',
      '6:3: unknown setting "limits.round". Did you mean "limits.rounds"?'
    ]
  ],
  [
    "an item of a list",
    "verify:\n  - npm ci\n  - 7\n",
    ["3:5: verify[2] has to be a command: one line of text, or a list of words, not 7"]
  ],
  [
    "a value in braces",
    "limits: { rounds: 0 }\n",
    ["1:19: limits.rounds has to be a whole number from 1 to 20, not 0"]
  ],
  ["what is missing, at whom it is missing", "skip: []\nagent:\n  model: m\n", ["2:1: agent.id is missing"]],
  [
    "a name without a value",
    "taskList:\n",
    ["1:10: taskList has to be a path in the repository, not nothing"]
  ],
  [
    "lines that end as on Windows, behind a byte order mark",
    "\uFEFFskip: []\r\nlimits:\r\n  rounds: x\r\n",
    ['3:11: limits.rounds has to be a whole number from 1 to 20, not "x"']
  ],
  ["a name twice", "skip: []\nskip: []\n", ["2:1: Map keys must be unique"]],
  ["a tab", "limits:\n\trounds: 3\n", ["2:1: Tabs are not allowed as indentation"]],
  ["a tag", "taskList: !!js/function 'x'\n", ["1:11: Unresolved tag: tag:yaml.org,2002:js/function"]],
  [
    "the words yes and no of YAML 1.1",
    "requireVerify: yes\n",
    ['1:16: requireVerify has to be true or false, not "yes"']
  ]
]

describe("a project file in YAML", () => {
  for (const [what, text, expected] of places) {
    it(`names the place of ${what}`, () => assert.deepStrictEqual(problems(text), expected))
  }

  it("knows where each field stands", () => {
    const { positionOf } = Result.getOrThrow(parse("skip: []\nagent:\n  id: aider\nlimits:\n  rounds: 2\n"))
    assert.deepStrictEqual(positionOf("agent.id"), { line: 3, column: 7 })
    assert.deepStrictEqual(positionOf("limits.rounds"), { line: 5, column: 11 })
    assert.strictEqual(positionOf("delivery").line, 1)
  })

  it("reads anchors, quotes and blocks as YAML does", () => {
    const text =
      "verify: &both\n  - npm ci\n  - >-\n    npm run build\n    --if-present\nprepare: *both\nskip: ['7.1', \"8\"]\n"
    assert.deepStrictEqual(settings(text), {
      verify: [
        ["npm", "ci"],
        ["npm", "run", "build", "--if-present"]
      ],
      prepare: [
        ["npm", "ci"],
        ["npm", "run", "build", "--if-present"]
      ],
      skip: ["7.1", "8"]
    })
  })

  it("the place of something wrong behind an alias is where it is written", () => {
    assert.deepStrictEqual(
      problems("prepare: &a [npm ci, { b: c }]\nverify: *a\n").map((problem) => problem.slice(0, 5)),
      ["1:22:", "1:22:"]
    )
  })

  it("only the first twenty problems are told", () => {
    assert.lengthOf(problems(`skip: [${"1,".repeat(500)}]`), 20)
  })

  it("the parser's own words do not repeat a secret", () => {
    const token = `ghp_${"a1B2".repeat(9)}`
    for (const text of [
      `verify: [\n  ${token}: {\n`,
      `${token}\nskip: []\n`,
      `verify: *${token}\n`,
      `? ${token}\n`
    ]) {
      assert.isNotEmpty(problems(text), text)
      assert.notInclude(problems(text).join("\n"), token)
    }
  })
})

const half = Math.floor(longestFile / 2)
const hostile: Record<string, string> = {
  "longer than allowed": "#".repeat(longestFile + 1),
  "two documents": "skip: []\n---\nskip: []\n",
  "nested lists": "[".repeat(longestFile),
  "nested maps": "{a: ".repeat(longestFile / 4),
  "nested items": "- ".repeat(half),
  "nested questions": "? ".repeat(half),
  "nested colons": ": ".repeat(half),
  anchors: "&a ".repeat(longestFile / 3),
  commas: `verify: [${",".repeat(longestFile - 20)}]`,
  "many keys": Array.from({ length: 1_800 }, (_, index) => `k${index}: 1`).join("\n"),
  "one key many times": "a: 1\n".repeat(longestFile / 5),
  "aliases that multiply":
    "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c]\n",
  "an alias of itself": "verify: &a [*a]\n",
  "a string without an end": `taskList: "${"\\".repeat(longestFile - 20)}`,
  "a null character": "taskList: a\u0000b\n",
  "a prototype": "__proto__: { rounds: 1 }\n",
  binary: "taskList: !!binary aGVsbG8=\n"
}

describe("a hostile project file", () => {
  for (const [what, text] of Object.entries(hostile)) {
    it(`${what}: an answer in words, soon`, { timeout: 20_000 }, () => {
      const found = problems(text)
      assert.isNotEmpty(found)
      assert.isTrue(
        found.every((problem) => /^\d+:\d+: .{5,400}$/.test(problem)),
        found.join("\n")
      )
    })
  }

  it("what is told of aliases and of nesting is meant for people", () => {
    assert.match(problems(hostile["nested lists"] ?? "")[0] ?? "", /nested too deeply/)
    assert.match(problems(hostile["aliases that multiply"] ?? "")[0] ?? "", /alias/i)
  })
})
