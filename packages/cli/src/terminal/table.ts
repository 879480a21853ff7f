/**
 * Rows in columns, for a terminal or a pipe.
 */
import { stripVTControlCharacters } from "node:util"

const width = (text: string): number => [...stripVTControlCharacters(text)].length

/** Lines of a table whose columns are two spaces apart; the last column is not padded. */
export const table = (rows: ReadonlyArray<ReadonlyArray<string>>): ReadonlyArray<string> => {
  const widths: Array<number> = []
  for (const row of rows) {
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, width(cell))
    })
  }
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column === row.length - 1 ? cell : cell + " ".repeat((widths[column] ?? 0) - width(cell))
      )
      .join("  ")
      .trimEnd()
  )
}
