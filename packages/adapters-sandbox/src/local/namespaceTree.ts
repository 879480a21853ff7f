/**
 * Keeps a command's processes together in a pid namespace of their own, made by `unshare`.
 *
 * A holder (`unshare … sh`) is the namespace's first process and adopts orphans; the command enters by `nsenter`,
 * so that its exit code and signal arrive unchanged. When the holder's shell dies the kernel kills everybody in
 * the namespace, and `unshare` ends only after the last one: its end proves that nothing is left, whatever a
 * process did to its environment, session or signals. The shell also dies when the worker does, because it waits
 * for the end of a pipe from it. The namespace has its own /proc, so a command does not see the host's processes.
 * It is not isolation: files and network are the host's.
 */
import { SandboxError } from "@devteam/core/ports/Sandbox"
import { Deferred, Effect, Option } from "effect"
import type { Readable } from "node:stream"
import { pidNamespaceOf, processTable, signal } from "./processTable.ts"
import type { Containment, ProcessTree, TreeRequest } from "./ProcessTree.ts"
import { spawnChild, type StartedProcess } from "./spawnChild.ts"

/** Absolute paths of the tools and how this user may use them. */
export interface NamespaceTools {
  readonly unshare: string
  readonly nsenter: string
  readonly shell: string
  /** For `unshare`: empty for root, a user namespace otherwise. */
  readonly unshareFlags: ReadonlyArray<string>
  /** For `nsenter`, to match. */
  readonly nsenterFlags: ReadonlyArray<string>
}

// `cat` is a child, not an `exec`: the shell that waits for it collects the orphans. Both ignore the signals that
// a command may send to everybody.
const holderScript = `trap "" HUP INT QUIT TERM; echo; cat >/dev/null; exit 0`

const patience = "30 seconds"

const broken = (what: string) => new SandboxError({ reason: "unavailable", message: what })

const started = (holder: StartedProcess): Effect.Effect<void, SandboxError> =>
  Effect.raceFirst(
    Effect.callback<void>((resume) => {
      const output: Readable | null = holder.child.stdout
      output?.once("data", () => resume(Effect.void))
    }),
    Deferred.await(holder.ended).pipe(
      Effect.andThen(
        broken("`unshare` ended before the command began. Check that this user may make namespaces.")
      )
    )
  ).pipe(
    Effect.timeoutOrElse({
      duration: patience,
      orElse: () => Effect.fail(broken("`unshare` did not make a pid namespace within 30 s."))
    })
  )

/** Makes a containment of tools that were found to work. */
export const namespaceTrees = (tools: NamespaceTools): Containment => {
  const enter = (request: TreeRequest, init: number) =>
    spawnChild(
      tools.nsenter,
      [
        "--target",
        String(init),
        ...tools.nsenterFlags,
        "--pid",
        "--mount",
        "--wd",
        "--",
        request.program,
        ...request.args
      ],
      {
        cwd: "/",
        env: { ...request.env, ...request.mark },
        stdio: [request.stdin ? "pipe" : "ignore", "pipe", "pipe"]
      }
    )

  const start = Effect.fn("namespaceTrees.start")(function* (request: TreeRequest) {
    // The holder's environment is readable inside as /proc/1/environ: nothing of the request goes there.
    const holder = yield* spawnChild(
      tools.unshare,
      [
        ...tools.unshareFlags,
        "--pid",
        "--fork",
        "--kill-child",
        "--mount-proc",
        tools.shell,
        "-c",
        holderScript
      ],
      {
        cwd: request.cwd,
        env: { PATH: "/usr/local/bin:/usr/bin:/bin", ...request.mark },
        stdio: ["pipe", "pipe", "ignore"]
      }
    )
    holder.child.stdin?.on("error", () => {})
    const giveUp = Effect.suspend(() => {
      signal(holder.pid, "SIGKILL")
      return Deferred.await(holder.ended)
    })
    const { init, keeper, namespace } = yield* started(holder).pipe(
      Effect.flatMap(() => {
        const table = processTable()
        const init = table.find((entry) => entry.parent === holder.pid)?.pid
        const keeper = table.find((entry) => entry.parent === init)?.pid
        const namespace = init === undefined ? undefined : pidNamespaceOf(init)
        return init === undefined || namespace === undefined
          ? Effect.fail(broken("The pid namespace was gone before the command began."))
          : Effect.succeed({ init, keeper, namespace })
      }),
      Effect.tapError(() => giveUp)
    )
    const main = yield* enter(request, init).pipe(Effect.tapError(() => giveUp))
    let killing = false
    const dead = Deferred.await(main.ended).pipe(Effect.andThen(Deferred.await(holder.ended)))
    const tree: ProcessTree = {
      main,
      ended: Deferred.await(main.ended).pipe(
        // A command that was killed alone leaves its holder alive; a holder that dies takes the command along, and
        // its own end is seen a moment later.
        Effect.tap((end) =>
          end.signal === "SIGKILL" && !killing
            ? Effect.timeoutOption(Deferred.await(holder.ended), "200 millis")
            : Effect.void
        )
      ),
      terminate: Effect.sync(() => {
        for (const { pid } of processTable()) {
          if (pid === init || pid === keeper || pidNamespaceOf(pid) !== namespace) continue
          signal(pid, "SIGTERM")
        }
      }),
      kill: Effect.suspend(() => {
        if (!Deferred.isDoneUnsafe(holder.ended)) {
          killing = true
          signal(init, "SIGKILL")
        }
        return Effect.timeoutOption(dead, patience)
      }).pipe(
        Effect.flatMap((end) =>
          Option.isSome(end)
            ? Effect.void
            : Effect.fail(
                new SandboxError({
                  reason: "unhealthy",
                  message: `Process ${init} and its children are alive 30 s after SIGKILL. End them by hand, then resume.`
                })
              )
        )
      ),
      lost: () => !killing && Deferred.isDoneUnsafe(holder.ended)
    }
    return tree
  })
  return { kind: "pid_namespace", start }
}
