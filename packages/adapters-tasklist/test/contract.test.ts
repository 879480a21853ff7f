import { type ListEntry, taskListContract } from "@devteam/core/testing/contracts/TaskListContract"
import { layer } from "../src/layer.ts"

const render = (entries: ReadonlyArray<ListEntry>, line: (entry: ListEntry) => string) =>
  entries.map(line).join("")

taskListContract("checkboxes", layer, {
  render: (entries) =>
    render(entries, (entry) => {
      if ("container" in entry) return `\n## Phase ${entry.container}: ${entry.title}\n\n`
      const { dependencies = [], done = false, id, title } = entry
      const below = dependencies.length === 0 ? "" : `  - _Depends: ${dependencies.join(", ")}_\n`
      return `- [${done ? "x" : " "}] ${id} ${title}\n${below}  - a note\n`
    })
})

taskListContract("wbs", layer, {
  render: (entries) =>
    render(entries, (entry) => {
      if ("container" in entry) return `\nPhase ${entry.container}: ${entry.title}\n`
      const { dependencies = [], done = false, id, title } = entry
      return `- ${done ? "[x] " : ""}${id} ${title} (Dependencies: [${dependencies.join(",")}])\n  - ${id}.1 part\n`
    })
})

taskListContract("headings", layer, {
  render: (entries) =>
    render(entries, (entry) => {
      if ("container" in entry) return `\n## Phase ${entry.container}: ${entry.title}\n\n`
      const { dependencies = [], done = false, id, title } = entry
      const status = `- **Status**: ${done ? "done" : "pending"}\n`
      return `### ${id} ${title}\n\n${status}- **Dependencies**: ${dependencies.join(", ") || "none"}\n\n`
    })
})
