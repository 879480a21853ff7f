/**
 * A service on a socket of its own: the bundled server.
 */
import { type Listening, type ListenError, listenNode } from "@devteam/adapters-http/server/NodeServer"
import type { Effect, Scope } from "effect"
import type { Service } from "./service.ts"

/** Listens until the scope closes; port 0 takes a free one. */
export const listen = (
  { handle, upgrade }: Service,
  place: { readonly host: string; readonly port: number }
): Effect.Effect<Listening, ListenError, Scope.Scope> => listenNode({ ...place, handle, upgrade })
