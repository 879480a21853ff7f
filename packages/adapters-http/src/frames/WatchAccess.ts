/**
 * Who may watch: what the frames need to know from those who know tokens, names and origins.
 */
import type { ProjectId } from "@devteam/core/model/Ids"
import { Effect } from "effect"
import { isToken } from "../server/authorization.ts"
import { foreign } from "../server/edge.ts"
import type { OperatorShape } from "../server/Operator.ts"
import type { Refusal } from "../server/Refusal.ts"

/** Somebody who may watch. */
export interface Watcher {
  readonly mayWatch: (projectId: ProjectId) => boolean
}

/** See above. */
export interface WatchAccess {
  /** Who holds this token; undefined when nobody does. Asked without a token too: a server may need none. */
  readonly authorize: (token: string | undefined) => Effect.Effect<Watcher | undefined>
  /** Why an upgrade is refused before it happens, by its Host and Origin; undefined when it is not. */
  readonly foreign: (headers: Readonly<Record<string, string | undefined>>) => Refusal | undefined
}

const anything: Watcher = { mayWatch: () => true }

/** As the operator of the server decided: whoever holds the token may watch every project. */
export const operatorAccess = (operator: Pick<OperatorShape, "token" | "hosts">): WatchAccess => {
  const { token } = operator
  return {
    authorize: (given) =>
      Effect.sync(() =>
        token === undefined || (given !== undefined && isToken(given, token)) ? anything : undefined
      ),
    foreign: (headers) => foreign(headers, operator)
  }
}
