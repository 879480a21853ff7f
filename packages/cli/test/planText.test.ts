/**
 * What is said about numbers, pages and lists, without a process: pure functions in tables.
 */
import { assert, describe, it } from "@effect/vitest"
import { makeGraph } from "@devteam/core/tasks/TaskGraph"
import { aiderModel } from "@devteam/runner/aiderModel"
import { credentialAdvice } from "@devteam/runner/doctor"
import { parse } from "@devteam/adapters-tasklist/parse"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { compareUrl } from "../src/run/compareUrl.ts"
import { countTasks } from "../src/plan/planText.ts"
import { spentText } from "../src/run/spent.ts"
import { bytes, dollars, localTime, tokens } from "../src/terminal/words.ts"

const branch = "devteam/20261122-826395b2"

describe("the page that shows a branch", () => {
  const github = `https://github.com/acme/shop/compare/main...${branch}?expand=1`
  const cases: ReadonlyArray<readonly [string, string | undefined]> = [
    ["https://github.com/acme/shop.git", github],
    ["https://github.com/acme/shop", github],
    ["git@github.com:acme/shop.git", github],
    ["ssh://git@github.com:22/acme/shop.git", github],
    [
      "https://git@github.example.com/acme/shop/",
      `https://github.example.com/acme/shop/compare/main...${branch}?expand=1`
    ],
    [
      "git@gitlab.com:acme/web/shop.git",
      "https://gitlab.com/acme/web/shop/-/merge_requests/new?merge_request[source_branch]=devteam%2F20261122-826395b2&merge_request[target_branch]=main"
    ],
    [
      "https://gitlab.example.com:8443/acme/shop.git",
      "https://gitlab.example.com/acme/shop/-/merge_requests/new?merge_request[source_branch]=devteam%2F20261122-826395b2&merge_request[target_branch]=main"
    ],
    [
      "git@bitbucket.org:acme/shop.git",
      "https://bitbucket.org/acme/shop/pull-requests/new?source=devteam%2F20261122-826395b2&dest=main"
    ],
    ["https://codeberg.org/acme/shop.git", `https://codeberg.org/acme/shop/compare/main...${branch}`],
    [
      "https://gitea.example.com/acme/shop.git",
      `https://gitea.example.com/acme/shop/compare/main...${branch}`
    ],
    ["https://example.com/acme/shop.git", undefined],
    ["https://notgithub.com/acme/shop.git", undefined],
    ["/srv/git/shop.git", undefined],
    ["file:///srv/github.com/shop.git", undefined],
    ["https://github.com/", undefined]
  ]
  it.each(cases)("%s", (remote, page) => assert.strictEqual(compareUrl(remote, "main", branch), page))

  it("escapes what a URL would read otherwise", () =>
    assert.strictEqual(
      compareUrl("https://github.com/acme/a b.git", "release#1", "x/y?z"),
      "https://github.com/acme/a%20b/compare/release%231...x/y%3Fz?expand=1"
    ))
})

describe("counts of a list", () => {
  const text = `- [x] 1.1 Done
- [ ] 1.2 Ready
- [ ] 1.3 Waits (Dependencies: [1.2])
- [ ]* 1.4 Optional
- [ ] 1.5 Ready as well
`
  const document = parse(text, { file: "tasks.md", granularity: undefined })
  const view = { document, graph: makeGraph(document.tasks, document.containers) }

  it("tell every task once", () =>
    assert.deepStrictEqual(countTasks(view, []), {
      total: 4,
      done: 1,
      ready: 2,
      waiting: 1,
      skipped: 0,
      optional: 1
    }))

  it("take skipped ones out", () =>
    assert.deepStrictEqual(countTasks(view, ["1.5", "1.1"]), {
      total: 4,
      done: 1,
      ready: 1,
      waiting: 1,
      skipped: 1,
      optional: 1
    }))
})

describe("numbers", () => {
  it("of dollars, tokens and bytes as people read them", () => {
    assert.deepStrictEqual([0, 2, 0.5, 1.234, 0.0042].map(dollars), ["$0", "$2", "$0.50", "$1.23", "$0.0042"])
    assert.deepStrictEqual([0, 999, 1_234, 45_678, 999_499, 1_234_567].map(tokens), [
      "0",
      "999",
      "1.2k",
      "46k",
      "999k",
      "1.2M"
    ])
    assert.deepStrictEqual([0, 999, 1_000, 12_345_678, 999_600, 2e12].map(bytes), [
      "0 B",
      "999 B",
      "1.0 kB",
      "12.3 MB",
      "1.0 MB",
      "2.0 TB"
    ])
  })

  it("of what was spent only where somebody counted", () => {
    assert.strictEqual(spentText({ inputTokens: 0, outputTokens: 0, costUsd: 0 }, 20), undefined)
    assert.strictEqual(
      spentText({ inputTokens: 310_000, outputTokens: 12_000, costUsd: 1.2 }, 20),
      "$1.20 of $20 spent (310k tokens in, 12k out)"
    )
  })

  it("of a clock with the date where it is another day", () => {
    const at = new Date(2026, 10, 22, 14, 5, 9).getTime()
    assert.strictEqual(localTime(at, at + 60_000), "14:05:09")
    assert.strictEqual(localTime(at, at + 86_400_000), "2026-11-22 14:05:09")
  })
})

describe("the model of a person's own aider", () => {
  const folder = mkdtempSync(join(tmpdir(), "devteam-model-"))
  const conf = (text: string) => {
    writeFileSync(join(folder, ".aider.conf.yml"), text)
    return aiderModel({ HOME: "/nowhere" }, folder)
  }

  it("is the environment's, the work tree's, or the home's", ({ onTestFinished }) => {
    onTestFinished(() => rmSync(folder, { recursive: true }))
    assert.strictEqual(conf("auto-commits: false\nmodel: gpt-5 # the new one\n"), "gpt-5")
    assert.strictEqual(conf("model: 'openrouter/x/y z'\n"), "openrouter/x/y z")
    assert.strictEqual(conf("weak-model: small\n# model: old\n  model: nested\n"), undefined)
    assert.strictEqual(conf("model:\nother: x\n"), undefined)
    conf("model: o3\n")
    assert.strictEqual(aiderModel({ HOME: folder }, undefined), "o3")
    assert.strictEqual(aiderModel({ HOME: folder, AIDER_MODEL: "gpt-5" }, folder), "gpt-5")
  })
})

it("advice on credentials names the host and the way there", () => {
  assert.match(credentialAdvice("git@git.example.com:a/b.git"), /ssh -T git@git\.example\.com/)
  assert.match(credentialAdvice("ssh://git@git.example.com:2222/a/b.git"), /ssh -T git@git\.example\.com/)
  assert.match(credentialAdvice("https://github.com/a/b.git"), /github\.com \(gh auth login/)
  assert.match(credentialAdvice("https://git.example.com/a/b.git"), /credential\.helper/)
})
