import { assert, describe, it } from "@effect/vitest"
import { identityOf } from "@devteam/core/model/Task"
import { progress } from "@devteam/core/tasks/progress"
import { select } from "@devteam/core/tasks/select"
import { makeGraph } from "@devteam/core/tasks/TaskGraph"
import { parse } from "../../src/parse.ts"
import { tick } from "../../src/tick.ts"
import { findings, idsOf, options, read, sample, statesOf, taskOf, ticked } from "../parsing.ts"

const list = { _tag: "List" } as const

describe("the sample list", () => {
  const document = read(sample)

  it("has 36 open tasks and the 3 of the completed phase, and nothing to complain about", () => {
    assert.strictEqual(document.dialect, "wbs")
    assert.deepStrictEqual(document.diagnostics, [])
    assert.lengthOf(document.tasks, 39)
    const done = document.tasks.filter((task) => task.state === "done").map((task): string => task.id)
    assert.deepStrictEqual(done, ["1.1", "1.2", "1.3"])
    assert.deepStrictEqual(progress(makeGraph(document.tasks, document.containers), list), {
      completed: 3,
      total: 39
    })
  })

  it("leaves make 66 fragments of the open tasks", () => {
    const leaves = parse(sample, { ...options, granularity: "leaf" }).tasks
    assert.lengthOf(
      leaves.filter((task) => task.state !== "done"),
      66
    )
  })

  it("control: without its marker the commented phase is gone and dependencies on it dangle", () => {
    const without = sample.replace("PHASE 1 COMPLETED", "")
    assert.lengthOf(idsOf(without), 36)
    assert.include(findings(without), "error dangling_dependency 33:50")
  })

  it("a task has its checklist, criteria and place", () => {
    const task = taskOf(sample, "1.1")
    assert.lengthOf(task.checklist, 7)
    assert.lengthOf(task.criteria, 4)
    assert.match(task.criteria[0] ?? "", /^<criterion 1: Docker services/)
    assert.deepStrictEqual(task.notes, [])
    assert.strictEqual(taskOf(sample, "2.1").line, 35)
    assert.deepStrictEqual(
      taskOf(sample, "6.4").checklist.map((item) => item.text),
      ["6.4.1 Implement client linear reconnect logic in demo client"]
    )
  })

  it("tasks inherit the dependencies of their phase", () => {
    assert.deepStrictEqual(taskOf(sample, "8.2").dependencies, ["2.3", "7"])
    assert.deepStrictEqual(taskOf(sample, "8.1").dependencies, ["3.3", "5.2", "7"])
    assert.deepStrictEqual(taskOf(sample, "8.1").path, ["8"])
  })

  for (const [name, text] of [
    ["as it is", sample],
    ["with CRLF and a byte order mark", `\uFEFF${sample.replaceAll("\n", "\r\n")}`]
  ] as const) {
    it(`is worked through in order, ${name}`, () => {
      let now = text
      const finished = new Set(["1.1", "1.2", "1.3"])
      const phases = new Map(document.containers.map((one) => [one.id, one.taskIds]))
      for (;;) {
        const { containers, diagnostics, dialect, tasks } = read(now)
        assert.deepStrictEqual(diagnostics, [])
        assert.strictEqual(dialect, "wbs")
        const next = select(makeGraph(tasks, containers), { scope: list, excluded: new Map() })
        if (next._tag === "AllDone") break
        assert(next._tag === "Selected", next._tag)
        for (const id of next.task.dependencies) {
          for (const needed of phases.get(id) ?? [id])
            assert.isTrue(finished.has(needed), `${next.task.id} → ${needed}`)
        }
        finished.add(next.task.id)
        const result = tick(now, identityOf(next.task), options)
        assert(result._tag === "Ticked", next.task.id)
        now = result.text
      }
      assert.strictEqual(finished.size, 39)
      assert.isTrue(read(now).tasks.every((task) => task.state === "done"))
      assert.strictEqual(now.replaceAll("- [x] ", "- "), text, "nothing but 36 ticks was added")
      assert.lengthOf([...now.matchAll(/\[x\] /g)], 36)
    })
  }
})

describe("shapes of a WBS", () => {
  it("phases may be headings", () => {
    const text =
      "## Phase 1: A\n\n- 1.1 X (Dependencies: [])\n\n## Phase 2: B (Dependencies: [1])\n\n- 2.1 Y (Dependencies: [])\n"
    assert.deepStrictEqual(taskOf(text, "2.1").dependencies, ["1"])
    assert.deepStrictEqual(
      read(text).containers.map((one) => [one.id, one.title, one.taskIds].join(" ")),
      ["1 A 1.1", "2 B 2.1"]
    )
  })

  it("a phase line right below a list is no part of its last item", () => {
    const text =
      "Phase 1: A\n- 1.1 X (Dependencies: [])\n  - 1.1.1 part\nPhase 2: B (Dependencies: [1])\n- 2.1 Y (Dependencies: [])"
    assert.deepStrictEqual(taskOf(text, "2.1").dependencies, ["1"])
    assert.deepStrictEqual(taskOf(text, "1.1").checklist, [{ text: "1.1.1 part", done: false }])
  })

  it("a ticked item is done; a bare one gets a checkbox by its tick, with its checklist", () => {
    const text =
      "Phase 1: A\n- [x] 1.1 X (Dependencies: [])\n- 1.2 Y (Dependencies: [1.1])\n  - [ ] part\n  - bare part\n    - [-] deep\n"
    assert.deepStrictEqual(statesOf(text), { "1.1": "done", "1.2": "open" })
    assert.strictEqual(
      ticked(text, "1.2"),
      "Phase 1: A\n- [x] 1.1 X (Dependencies: [])\n- [x] 1.2 Y (Dependencies: [1.1])\n  - [x] part\n  - bare part\n    - [x] deep\n"
    )
  })

  it("a parent whose children name dependencies is a container, and hands on its own", () => {
    const text =
      "- 1 Setup (Dependencies: [])\n- 2 Build (Dependencies: [1])\n  - 2.1 A (Dependencies: [])\n  - 2.2 B (Dependencies: [2.1])\n    - 2.2.1 part\n"
    assert.deepStrictEqual(idsOf(text), ["1", "2.1", "2.2"])
    assert.deepStrictEqual(taskOf(text, "2.2").dependencies, ["2.1", "1"])
    assert.deepStrictEqual(taskOf(text, "2.2").path, ["2"])
  })

  it("stays a WBS when all of it is ticked", () => {
    const text = "- 1.1 X (Dependencies: [])\n  - [ ] 1.1.1 part\n- 1.2 Y (Dependencies: [1.1])\n"
    const all = ticked(ticked(text, "1.1"), "1.2")
    assert.deepStrictEqual(statesOf(all), { "1.1": "done", "1.2": "done" })
    assert.strictEqual(tick(all, identityOf(taskOf(text, "1.1")), options)._tag, "AlreadyDone")
  })

  it("an unticked bare task stays a task when all others are ticked", () => {
    const text = "## Phase 1: A\n- 1.1 part\n- 1.2 Y (Dependencies: [])\n"
    assert.deepStrictEqual(statesOf(ticked(text, "1.2")), { "1.1": "open", "1.2": "done" })
  })

  it("nested checkboxes below a checkbox with dependencies can be read in two ways, which is said", () => {
    const text = "- [ ] 1 Setup (Dependencies: [])\n  - [ ] 1.1 A\n  - [ ] 1.2 B\n"
    assert.deepStrictEqual(idsOf(text), ["1"])
    assert.deepStrictEqual(findings(text), ["warning ambiguous_dialect 1:7"])
    const leaves = parse(text, { ...options, granularity: "leaf" })
    assert.deepStrictEqual(
      leaves.tasks.map((task): string => task.id),
      ["1.1", "1.2"]
    )
    assert.deepStrictEqual(leaves.diagnostics, [])
    assert.deepStrictEqual(parse(text, { ...options, granularity: "item" }).diagnostics, [])
  })

  it("dependencies may stand below the task", () => {
    const text = "Phase 1: A\n- 1.1 X (Dependencies: [])\n- 1.2 Y\n  - Depends: 1.1\n  - 1.2.1 part\n"
    assert.deepStrictEqual(taskOf(text, "1.2").dependencies, ["1.1"])
    assert.deepStrictEqual(findings(text), [])
  })

  it("a task without dependencies is read as having none, with a warning", () => {
    const text = "Phase 1: A\n- 1.1 X (Dependencies: [])\n- 1.2 Y\n"
    assert.deepStrictEqual(idsOf(text), ["1.1", "1.2"])
    assert.deepStrictEqual(findings(text), ["warning missing_field 3:3"])
  })

  it("plain numbered bullets under a phase are tasks, prose bullets are not", () => {
    assert.deepStrictEqual(idsOf("Phase 1: A (Dependencies: [])\n\n- 1.1 X\n- see the wiki\n"), ["1.1"])
  })

  const phases: ReadonlyArray<readonly [string, string | undefined]> = [
    ["Phase 2: B", "2"],
    ["**Phase 2: B**", "2"],
    ["**Phase 2:** B", "2"],
    ["## Phase 2 — B", "2"],
    ["### Sprint 2. B", "2"],
    ["Phase 2:", "2"],
    ["PHASE II: B", "II"],
    ["Phase 2-based thinking", undefined],
    ["Phase out: the old one", undefined],
    ["Phases are sequential: 1, 2", undefined]
  ]
  for (const [line, id] of phases) {
    it(`"${line}" ${id === undefined ? "opens no phase" : `opens phase ${id}`}`, () => {
      const [task] = read(`${line}\n\n- 2.1 X (Dependencies: [])\n`).tasks
      assert.strictEqual(task?.path[0], id)
    })
  }

  it("a phase may be called completed without a comment", () => {
    const text =
      "Phase 1: A\n- 1.1 X (Dependencies: [])\nPHASE 1 COMPLETED\nPhase 2: B\n- 2.1 Y (Dependencies: [1])\n"
    assert.deepStrictEqual(statesOf(text), { "1.1": "done", "2.1": "open" })
  })

  it("only the completed phase of a comment counts", () => {
    const text =
      "<!-- Phase 1: A\n- 1.1 X (Dependencies: [])\n\nPhase 2: Dropped\n- 2.1 Z (Dependencies: []) -->\nPHASE 1 COMPLETED\n\nPhase 3: B\n- 3.1 Y (Dependencies: [1])\n"
    assert.deepStrictEqual(statesOf(text), { "1.1": "done", "3.1": "open" })
  })

  it("a list whose phases are all completed is all done", () => {
    const text = "<!-- Phase 1: A\n- 1.1 X (Dependencies: [])\n-->\nPHASE 1 COMPLETED\n"
    assert.deepStrictEqual(statesOf(text), { "1.1": "done" })
  })

  it("a phase without tasks hands on its own dependencies", () => {
    const text =
      "Phase 1: A\n- 1.1 X (Dependencies: [])\n\nPhase 2: Empty (Dependencies: [1])\n\nPhase 3: C (Dependencies: [2])\n- 3.1 Y (Dependencies: [])\n"
    assert.deepStrictEqual(taskOf(text, "3.1").dependencies, ["2", "1"])
  })

  it("leaves inherit from their item when leaves are asked for", () => {
    const text =
      "Phase 1: A\n- 1.1 X (Dependencies: [])\n  - 1.1.1 a\n  - 1.1.2 b\n- 1.2 Y (Dependencies: [1.1])\n  - 1.2.1 c\n"
    const { containers, tasks } = parse(text, { ...options, granularity: "leaf" })
    assert.deepStrictEqual(
      tasks.map((task) => `${task.id}: ${task.dependencies.join(" ")}`),
      ["1.1.1: ", "1.1.2: ", "1.2.1: 1.1"]
    )
    assert.deepStrictEqual(containers.find((one) => one.id === "1.1")?.taskIds, ["1.1.1", "1.1.2"])
  })
})

describe("errors", () => {
  const head = "Phase 1: A\n- 1.1 X (Dependencies: [])\n  - 1.1.1 part\n"
  it("a dependency on a part of a task says whose part it is", () => {
    const text = `${head}- 1.2 Y (Dependencies: [1.1, 1.1.1])\n`
    assert.deepStrictEqual(findings(text), ["error dangling_dependency 4:30"])
    assert.include(read(text).diagnostics[0]?.message, "part of task 1.1")
  })
  it("a phase's dangling dependency is said once, at the phase", () => {
    const text = `${head}\nPhase 2: B (Dependencies: [9])\n- 2.1 Y (Dependencies: [])\n- 2.2 Z (Dependencies: [])\n`
    assert.deepStrictEqual(findings(text), ["error dangling_dependency 5:28"])
  })
  it("a cycle is said with its path, at the dependency that closes it", () => {
    const text = `${head}- 1.2 Y (Dependencies: [1.3])\n- 1.3 Z (Dependencies: [1.1, 1.2])\n`
    assert.deepStrictEqual(findings(text), ["error cycle 4:25"])
    assert.include(read(text).diagnostics[0]?.message, "1.2 → 1.3 → 1.2")
  })
  it("a duplicate names the first use", () => {
    const text = `${head}- 1.1 Y (Dependencies: [])\n`
    assert.deepStrictEqual(findings(text), ["error duplicate_id 4:3"])
    assert.include(read(text).diagnostics[0]?.message, "line 2")
  })
})
