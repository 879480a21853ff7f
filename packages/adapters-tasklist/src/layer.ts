/** The task list port over Markdown. Pure: the layer holds no state and reads no files. */
import { TaskList } from "@devteam/core/ports/TaskList"
import { Layer } from "effect"
import { find } from "./find.ts"
import { parse } from "./parse.ts"
import { template } from "./template.ts"
import { tick } from "./tick.ts"
import { untick } from "./untick.ts"

/** Reads and ticks lists written as a WBS, as checkboxes, as headings with fields, or by Spec Kit. */
export const layer: Layer.Layer<TaskList> = Layer.succeed(TaskList, { parse, tick, untick, find, template })
