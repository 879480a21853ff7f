import { assert, describe, it } from "@effect/vitest"
import { TaskId } from "../../src/model/Ids.ts"
import type { Task } from "../../src/model/Task.ts"
import { decidePolicy, type PolicyInput } from "../../src/verification/policy.ts"

const task: Task = {
  id: TaskId.make("1"),
  title: "Make the build faster",
  normalizedTitle: "make the build faster",
  state: "open",
  optional: false,
  priority: 0,
  dependencies: [],
  path: [],
  checklist: [],
  criteria: [],
  files: [],
  notes: [],
  line: 1
}

const decide = (more: Partial<PolicyInput>) =>
  decidePolicy({ task, changed: [], violations: [], manifests: [], verify: undefined, ...more })

const reasons = (more: Partial<PolicyInput>) => decide(more).held.map((held) => held.reason)

const scripts = (value: Record<string, string>, more: object = {}) =>
  JSON.stringify({ scripts: value, ...more })

const heldScripts = (
  before: Record<string, string> | undefined,
  after: Record<string, string> | undefined,
  more: Partial<PolicyInput> = {}
) =>
  reasons({
    changed: ["package.json"],
    manifests: [
      {
        path: "package.json",
        before: before === undefined ? undefined : scripts(before),
        after: after === undefined ? undefined : scripts(after)
      }
    ],
    ...more
  })

describe("held files", () => {
  it("an ordinary change is not held", () => {
    const ordinary = [
      "src/a.ts",
      "ci.ts",
      "docs/.github.md",
      "github/workflows/x.yml",
      "lib/devteam/x",
      "npmrc"
    ]
    assert.deepStrictEqual(decide({ changed: ordinary }), { held: [], warnings: [] })
  })

  it("the runner's settings, CI and install settings are, with their paths", () => {
    const ci = [
      ".github/workflows/ci.yml",
      ".github/actions/x/action.yml",
      ".gitlab-ci.yml",
      ".circleci/config.yml",
      "Jenkinsfile",
      "azure-pipelines.yml",
      ".travis.yml",
      "bitbucket-pipelines.yml"
    ]
    const held = decide({ changed: [".devteam/project.yaml", ...ci, "src/a.ts", "packages/a/.npmrc"] }).held
    assert.deepStrictEqual(
      held.map(({ reason, paths }) => ({ reason, paths })),
      [
        { reason: "runner_settings", paths: [".devteam/project.yaml"] },
        { reason: "ci", paths: ci },
        { reason: "install_settings", paths: ["packages/a/.npmrc"] }
      ]
    )
    for (const { message, paths } of held) for (const path of paths) assert.include(message, path)
  })

  it("what the task names is the task's own wish", () => {
    const changed = [".github/workflows/ci.yml"]
    const named: ReadonlyArray<Partial<Task>> = [
      { files: [".github/workflows/ci.yml"] },
      { title: "Add `./.github/workflows/ci.yml`." },
      { criteria: ["ci.yml runs the tests"] },
      { notes: ["Put it into .github/workflows/, please."] },
      { checklist: [{ text: "(.github/workflows/ci.yml)", done: false }] }
    ]
    for (const more of named) assert.deepStrictEqual(reasons({ changed, task: { ...task, ...more } }), [])
    assert.deepStrictEqual(reasons({ changed: ["ci/Jenkinsfile"], task: { ...task, title: "Tidy up ci" } }), [
      "ci"
    ])
    for (const title of [
      "Fix the workflows",
      "Add CI",
      "Change xci.yml",
      "Change .github/workflows/ci.yml.bak"
    ]) {
      assert.deepStrictEqual(reasons({ changed, task: { ...task, title } }), ["ci"], title)
    }
  })

  it("links and repositories that capturing found are, whatever the task says", () => {
    const violations = [
      { kind: "escaping_symlink", path: "link" },
      { kind: "nested_repository", path: "vendor/x" }
    ] as const
    const named = { ...task, files: ["link", "vendor/x"] }
    assert.deepStrictEqual(reasons({ violations, task: named }), ["escaping_symlink", "nested_repository"])
  })
})

describe("held scripts", () => {
  const build = { build: "npm run clean && tsc", clean: "rm -rf dist", lint: "oxlint" }

  it("those that verification runs, by whatever way", () => {
    for (const after of [
      { ...build, build: "true" },
      { ...build, clean: "true" },
      { ...build, prebuild: "true" },
      { ...build, postclean: "true" },
      { ...build, postinstall: "node x.js" },
      { ...build, prepare: "husky" },
      { lint: "oxlint" },
      undefined
    ]) {
      assert.deepStrictEqual(heldScripts(build, after), ["verify_scripts"], JSON.stringify(after))
    }
    const many = { build: "run-s build:*", "build:js": "tsc" }
    assert.deepStrictEqual(heldScripts(many, { ...many, "build:js": "true" }), ["verify_scripts"])
  })

  it("not others, not a first build, not a new manifest, not what cannot be read", () => {
    assert.deepStrictEqual(heldScripts(build, { ...build, lint: "true", test: "x", prelint: "y" }), [])
    assert.deepStrictEqual(heldScripts({ lint: "x" }, { lint: "x", build: "tsc", prebuild: "y" }), [])
    assert.deepStrictEqual(heldScripts(undefined, { ...build, postinstall: "x" }), [])
    const manifests = [{ path: "package.json", before: scripts(build), after: "{" }]
    assert.deepStrictEqual(reasons({ changed: ["package.json"], manifests }), [])
  })

  it("not where the task names the file", () => {
    const named = { ...task, title: "Move the build in package.json to tsc" }
    assert.deepStrictEqual(heldScripts(build, { ...build, build: "tsc" }, { task: named }), [])
  })

  it("those that the project's own commands call", () => {
    const own = { verify: [["npm", "run", "check"]] }
    const before = { check: "npm run lint", lint: "oxlint", build: "tsc" }
    assert.deepStrictEqual(heldScripts(before, { ...before, lint: "true" }, own), ["verify_scripts"])
    assert.deepStrictEqual(heldScripts(before, { ...before, build: "true" }, own), [])
    assert.deepStrictEqual(heldScripts(before, { ...before, lint: "true" }), [])
  })
})

describe("lockfiles", () => {
  const manifests = (before: object | undefined, after: object) => [
    { path: "package.json", before: before && JSON.stringify(before), after: JSON.stringify(after) }
  ]
  const changedDependencies = manifests({ dependencies: { a: "1" } }, { dependencies: { a: "2" } })

  it("one without a manifest is a warning", () => {
    const { warnings, held } = decide({ changed: ["package-lock.json"] })
    assert.include(warnings[0], "package-lock.json")
    assert.deepStrictEqual(held, [])
    const both = decide({ changed: ["package-lock.json", "package.json"], manifests: changedDependencies })
    assert.deepStrictEqual(both.warnings, [])
  })
})
