/**
 * Colours, where somebody can see them.
 */
import { styleText } from "node:util"

/** Each wraps a text in its escape codes, or leaves it as it is. */
export interface Style {
  readonly bold: (text: string) => string
  readonly dim: (text: string) => string
  readonly good: (text: string) => string
  readonly bad: (text: string) => string
  readonly warn: (text: string) => string
}

/** With `enabled` false every text stays as it is. */
export const makeStyle = (enabled: boolean): Style => {
  const wrap = (format: Parameters<typeof styleText>[0]) => (text: string) =>
    enabled ? styleText(format, text, { validateStream: false }) : text
  return {
    bold: wrap("bold"),
    dim: wrap("dim"),
    good: wrap("green"),
    bad: wrap("red"),
    warn: wrap("yellow")
  }
}

/** Colour only on a terminal that can show it, and never against `NO_COLOR` (https://no-color.org). */
export const wantsColor = (
  isTerminal: boolean,
  environment: Readonly<Record<string, string | undefined>>
): boolean => isTerminal && (environment["NO_COLOR"] ?? "") === "" && environment["TERM"] !== "dumb"
