import { assert, describe, it } from "@effect/vitest"
import { findings, read, taskOf, ticked } from "../parsing.ts"

const text = `# Tasks: Photo albums

## Format: \`[ID] [P?] [Story] Description\`

- **[P]**: Can run in parallel

## Phase 1: Setup (Shared Infrastructure)

- [x] T001 Create project structure per implementation plan
- [ ] T002 [P] Configure linting and formatting tools

## Phase 3: User Story 1 - Albums (Priority: P1) 🎯 MVP

**Goal**: albums

- [ ] T012 [P] [US1] Create Album model in src/models/album.py
- [ ] T014 [US1] Implement AlbumService in src/services/album_service.py (depends on T012)
`

describe("Spec Kit", () => {
  it("reads ids, titles without markers, stories and files", () => {
    assert.strictEqual(read(text).dialect, "spec-kit")
    assert.deepStrictEqual(findings(text), [])
    const task = taskOf(text, "T014")
    assert.strictEqual(task.title, "Implement AlbumService in src/services/album_service.py")
    assert.deepStrictEqual(task.files, ["src/services/album_service.py"])
    assert.deepStrictEqual(task.notes, ["User story 1"])
    assert.deepStrictEqual(task.dependencies, ["T012"])
    assert.deepStrictEqual(taskOf(text, "T002").title, "Configure linting and formatting tools")
    assert.deepStrictEqual(
      read(text).containers.map((one) => `${one.id}: ${one.taskIds.join(" ")}`),
      ["1: T001 T002", "3: T012 T014"]
    )
  })
  it("is ticked at the checkbox", () => {
    assert.strictEqual(ticked(text, "T012"), text.replace("- [ ] T012", "- [x] T012"))
  })
})
