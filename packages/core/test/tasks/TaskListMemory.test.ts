import { layer } from "../../src/testing/memory/TaskList.ts"
import { type ListEntry, taskListContract } from "../../src/testing/contracts/TaskListContract.ts"

const line = (entry: ListEntry): string => {
  if ("container" in entry) return `# ${entry.container} ${entry.title}\n`
  const dependencies = entry.dependencies === undefined ? "" : ` (deps: ${entry.dependencies.join(", ")})`
  return `[${entry.done === true ? "x" : " "}] ${entry.id} ${entry.title}${dependencies}\n`
}

taskListContract("memory", layer, { render: (entries) => entries.map(line).join("") })
