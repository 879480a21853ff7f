/**
 * Finds out once how this user may make pid namespaces on this machine, by making one.
 *
 * Containers, hardened kernels and other systems than Linux often forbid it; then commands are kept together by
 * their mark.
 */
import { Deferred, Effect } from "effect"
import { markedTrees } from "./markedTree.ts"
import { namespaceTrees, type NamespaceTools } from "./namespaceTree.ts"
import { hasProcessTable } from "./processTable.ts"
import type { Containment } from "./ProcessTree.ts"
import { findProgram } from "./programLookup.ts"

const flagSets: ReadonlyArray<
  Pick<NamespaceTools, "unshareFlags" | "nsenterFlags"> & { readonly root: boolean }
> = [
  { root: true, unshareFlags: [], nsenterFlags: [] },
  ...["--map-current-user", "--map-root-user"].map((flag) => ({
    root: false,
    unshareFlags: ["--user", flag],
    nsenterFlags: ["--user", "--preserve-credentials"]
  }))
]

const works = Effect.fnUntraced(function* (containment: Containment, program: string) {
  const tree = yield* containment.start({
    program,
    args: ["-c", "exit 7"],
    cwd: "/",
    env: {},
    mark: {},
    stdin: false
  })
  const end = yield* Effect.timeoutOption(Deferred.await(tree.main.ended), "5 seconds")
  yield* tree.kill
  return end._tag === "Some" && end.value.code === 7
})

/** The best containment that works here; `path` is where the tools are looked for. Never fails. */
export const findContainment = Effect.fn("findContainment")(function* (path: string) {
  if (!hasProcessTable) return markedTrees
  const find = (name: string) => findProgram(name, "/", path)
  const tools = yield* Effect.option(
    Effect.all({ unshare: find("unshare"), nsenter: find("nsenter"), shell: find("sh") })
  )
  if (tools._tag === "None") return markedTrees
  for (const { root, ...flags } of flagSets) {
    if (root && process.getuid?.() !== 0) continue
    const containment = namespaceTrees({ ...tools.value, ...flags })
    const good = yield* works(containment, tools.value.shell).pipe(Effect.orElseSucceed(() => false))
    if (good) return containment
  }
  return markedTrees
}, Effect.uninterruptible)
