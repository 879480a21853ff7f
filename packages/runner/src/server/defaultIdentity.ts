/** Whose name stands in the commits of a server that was told no other. */
import type { Identity } from "@devteam/core/model/Settings"

/** No person's. */
export const defaultIdentity: Identity = { name: "DevTeam Runner", email: "devteam@localhost" }
