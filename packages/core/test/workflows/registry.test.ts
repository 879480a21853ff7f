/** Workflows by name and by id, and that worker and journal know none of them by heart. */
import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Exit } from "effect"
import type { Report } from "../../src/execution/Command.ts"
import { next } from "../../src/execution/next.ts"
import { stepTable } from "../../src/steps/stepTable.ts"
import { layerMemory, World } from "../../src/testing/memory/Everything.ts"
import { devteamAutomation } from "../../src/workflows/devteamAutomation.ts"
import { makeWorkflows, Workflows } from "../../src/workflows/registry.ts"
import { type Workflow, workflowId } from "../../src/workflows/Workflow.ts"
import { drive } from "../../src/worker/drive.ts"
import { ask, atPass, begin, run, stateOf, stepsOf } from "../worker/support.ts"

/** Reads the list and has nothing to do: two steps, no agent. */
const listCheck: Workflow = {
  name: "LIST_CHECK",
  version: 1,
  description: "Checks that the list can be read.",
  startedBy: ["list.check.requested"],
  next,
  steps: {
    INITIALIZE: stepTable.INITIALIZE,
    SELECT: {
      ...stepTable.SELECT,
      run: ({ state }) =>
        Effect.succeed<Report>({ _tag: "FinishSelect", selection: { _tag: "AllDone", totals: state.totals } })
    }
  }
}

const newer: Workflow = { ...devteamAutomation, version: 2 }

describe("the registry", () => {
  const workflows = makeWorkflows([devteamAutomation, newer, listCheck])

  it.effect("finds the newest version by name and any by id", () =>
    Effect.gen(function* () {
      const ids = yield* Effect.forEach(
        ["DEVTEAM_AUTOMATION", "DEVTEAM_AUTOMATION@1", "DEVTEAM_AUTOMATION@2", "LIST_CHECK"],
        (asked) => Effect.map(workflows.find(asked), workflowId)
      )
      assert.deepStrictEqual(ids, [
        "DEVTEAM_AUTOMATION@2",
        "DEVTEAM_AUTOMATION@1",
        "DEVTEAM_AUTOMATION@2",
        "LIST_CHECK@1"
      ])
    })
  )

  it.effect("finds by the type of event that starts it", () =>
    Effect.gen(function* () {
      assert.strictEqual(workflowId(yield* workflows.forEvent("list.check.requested")), "LIST_CHECK@1")
      assert.strictEqual(
        workflowId(yield* workflows.forEvent("devteam.automation.requested")),
        "DEVTEAM_AUTOMATION@2"
      )
    })
  )

  it.effect("says of an unknown one what is known", () =>
    Effect.gen(function* () {
      for (const asked of ["NOPE", "DEVTEAM_AUTOMATION@3", "devteam_automation", ""]) {
        const error = yield* Effect.flip(workflows.find(asked))
        assert.deepStrictEqual(
          error.message,
          `There is no workflow "${asked}". Known are DEVTEAM_AUTOMATION@1, DEVTEAM_AUTOMATION@2, LIST_CHECK@1.`
        )
      }
      const error = yield* Effect.flip(workflows.forEvent("unknown.event"))
      assert.strictEqual(
        error.message,
        'Events of the type "unknown.event" start no workflow. Types that do are devteam.automation.requested, list.check.requested.'
      )
    })
  )

  it("refuses two with one id", () => {
    assert.throws(
      () => makeWorkflows([devteamAutomation, listCheck, { ...listCheck }]),
      /LIST_CHECK@1.*another version/
    )
  })

  it.effect("has the built-in one beside an embedder's own", () =>
    Effect.gen(function* () {
      const { ids } = yield* Workflows
      assert.deepStrictEqual(ids, ["DEVTEAM_AUTOMATION@1", "LIST_CHECK@1"])
    }).pipe(Effect.provide(Workflows.layer([listCheck])))
  )

  it.effect("has the built-in one where nobody adds any", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual((yield* Workflows).ids, ["DEVTEAM_AUTOMATION@1"])
    }).pipe(Effect.provide(Workflows.layer()))
  )
})

describe("another workflow", () => {
  const layer = layerMemory({ workflows: [listCheck] })

  it.effect("runs in the same worker, with its own steps and nothing else", () =>
    Effect.gen(function* () {
      const world = yield* World
      const executionId = yield* run({}, { workflow: "LIST_CHECK" })
      const state = yield* stateOf(executionId)
      assert.strictEqual(state.status, "completed")
      assert.deepStrictEqual(state.workflow, { name: "LIST_CHECK", version: 1 })
      assert.deepStrictEqual(yield* stepsOf(executionId), ["INITIALIZE", "SELECT"])
      assert.lengthOf(world.agent.runs, 0)
      assert.lengthOf(world.person.log(), 1)
    }).pipe(Effect.provide(layer))
  )

  it.effect("is paused, resumed and stopped like any other", () =>
    Effect.gen(function* () {
      const executionId = yield* run({}, { workflow: "LIST_CHECK@1" }).pipe(
        atPass("INITIALIZE:started", ask.pause)
      )
      assert.strictEqual((yield* stateOf(executionId)).status, "paused")
      yield* ask.resume
      yield* ask.stop
      yield* drive(executionId)
      assert.strictEqual((yield* stateOf(executionId)).status, "stopped")
    }).pipe(Effect.provide(layer))
  )

  it.effect("leaves the built-in one as it is", () =>
    Effect.gen(function* () {
      const executionId = yield* run({}, { workflow: "DEVTEAM_AUTOMATION@1" })
      assert.strictEqual((yield* stateOf(executionId)).totals.completed, 2)
    }).pipe(Effect.provide(layer))
  )

  it.effect("an execution keeps the version that it began with when a newer one comes", () =>
    Effect.gen(function* () {
      const executionId = yield* begin()
      const steps = { ...stepTable, SELECT: listCheck.steps.SELECT ?? stepTable.SELECT }
      const registry = makeWorkflows([devteamAutomation, { ...newer, steps }])
      yield* drive(executionId).pipe(Effect.provideService(Workflows, registry))
      assert.strictEqual((yield* stateOf(executionId)).totals.completed, 2)
      const second = yield* run().pipe(Effect.provideService(Workflows, registry))
      assert.strictEqual((yield* stateOf(second)).workflow.version, 2)
    }).pipe(Effect.provide(layer))
  )

  it.effect("that is not there: nothing is started", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(begin({}, { workflow: "NOPE" }))
      assert.strictEqual(error._tag, "UnknownWorkflow")
      assert.strictEqual((yield* Effect.flip(ask.pause))._tag, "RequestRejected")
    }).pipe(Effect.provide(layer))
  )

  it.effect("whose step is missing is a mistake that is said, not a loop", () =>
    Effect.gen(function* () {
      const executionId = yield* begin({}, { workflow: "LIST_CHECK" })
      const { INITIALIZE } = stepTable
      const registry = makeWorkflows([{ ...listCheck, steps: { INITIALIZE } }])
      const exit = yield* Effect.exit(drive(executionId).pipe(Effect.provideService(Workflows, registry)))
      const defect = Exit.isFailure(exit) ? Cause.squash(exit.cause) : undefined
      assert.include(String(defect), "LIST_CHECK@1 has no step SELECT")
    }).pipe(Effect.provide(layer))
  )
})
