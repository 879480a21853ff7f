/**
 * All episodes, by what they are about.
 */
import type { Episode } from "./support/Episode.ts"
import { boundaries } from "./table/boundaries.ts"
import { builds } from "./table/builds.ts"
import { edits } from "./table/edits.ts"
import { format } from "./table/format.ts"
import { injection } from "./table/injection.ts"
import { noEdit } from "./table/noEdit.ts"
import { provider } from "./table/provider.ts"
import { spending } from "./table/spending.ts"

/** Those that wait come first, so that others run meanwhile. */
export const groups: ReadonlyArray<{ readonly title: string; readonly episodes: ReadonlyArray<Episode> }> = [
  { title: "The provider", episodes: provider },
  { title: "The model edits", episodes: edits },
  { title: "The model's edits cannot be taken", episodes: format },
  { title: "The model does not edit", episodes: noEdit },
  { title: "The build", episodes: builds },
  { title: "The model goes past its task", episodes: boundaries },
  { title: "Somebody wants to be obeyed", episodes: injection },
  { title: "The money", episodes: spending }
]

export const episodes = groups.flatMap((group) => group.episodes)
