/**
 * Replies in the formats that models are asked for.
 */
import type { ModelReply } from "../../../packages/adapters-agents/test/support/scriptedModel.ts"

/** A SEARCH/REPLACE block of whole lines. An empty search makes a new file. */
export const block = (path: string, search: string, by: string): string => {
  for (const text of [search, by]) {
    if (text !== "" && !text.endsWith("\n")) throw new Error(`${path}: a block holds whole lines`)
  }
  return `${path}\n\`\`\`\n<<<<<<< SEARCH\n${search}=======\n${by}>>>>>>> REPLACE\n\`\`\`\n`
}

/** A whole file, for models that write those. */
export const wholeFile = (path: string, text: string): string => `${path}\n\`\`\`\n${text}\`\`\`\n`

/** A reply of some texts. */
export const says = (...texts: ReadonlyArray<string>): ModelReply => ({ text: texts.join("\n") })

/** The same answer so many times. */
export const times = <A>(count: number, answer: A): ReadonlyArray<A> => Array<A>(count).fill(answer)
