/**
 * Keeps a command's processes together by a mark in their environment, their session and their parents.
 *
 * For machines where no pid namespace can be made. The hole: a process that clears its environment, leaves the
 * session (`env -i setsid`) and has lost its parent when the kill comes is not found, and outlives the command.
 */
import { Deferred, Effect } from "effect"
import { commandVariable } from "./mark.ts"
import { hasProcessTable, signal } from "./processTable.ts"
import type { Containment } from "./ProcessTree.ts"
import { spawnChild } from "./spawnChild.ts"
import { type Family, searchFor, sweep } from "./sweep.ts"

/** Starts commands directly. Needs nothing of the machine. */
export const markedTrees: Containment = {
  kind: "env_mark",
  start: Effect.fn("markedTrees.start")(function* (request) {
    const main = yield* spawnChild(request.program, request.args, {
      cwd: request.cwd,
      env: { ...request.env, ...request.mark },
      stdio: [request.stdin ? "pipe" : "ignore", "pipe", "pipe"]
    })
    const own = `${commandVariable}=${request.mark[commandVariable]}`
    const family: Family = { isMember: (environment) => environment.includes(own), leader: main.pid }
    // Once the tree is dead the system may give its numbers to strangers.
    let dead = false
    return {
      main,
      ended: Deferred.await(main.ended),
      terminate: Effect.sync(() => {
        if (!hasProcessTable) signal(-main.pid, "SIGTERM")
        for (const pid of searchFor(family)()) signal(pid, "SIGTERM")
      }),
      kill: Effect.gen(function* () {
        if (dead) return
        if (!hasProcessTable) signal(-main.pid, "SIGKILL")
        yield* sweep(family)
        yield* Deferred.await(main.ended)
        dead = true
      }),
      lost: () => false
    }
  })
}
