/**
 * What people ordered, as the change that it means: a kept one, the tick alone, or a commit taken back.
 *
 * Part of SELECT. It moves nothing onto the head; MERGE does, and VERIFY proves it there, as for any other change.
 */
import { Effect, Option } from "effect"
import type { Selection } from "../execution/Command.ts"
import type { Ordered } from "../model/Decision.ts"
import { type Sha, TaskId } from "../model/Ids.ts"
import { type Head, Repository, RepositoryError } from "../ports/Repository.ts"
import { normalizeTitle } from "../tasks/identity.ts"
import type { TaskGraph } from "../tasks/TaskGraph.ts"
import { storeCandidate } from "./candidates.ts"
import { readyOf } from "./ready.ts"
import type { StepContext } from "./Session.ts"

type Selected = Extract<Selection, { readonly _tag: "Selected" }>

/** The list at the head that is selected from. */
export interface ListAtHead {
  readonly head: Head
  readonly graph: TaskGraph
  readonly rest: Pick<Selected, "listBlob" | "totals">
}

/** A commit that everything starts from. History may have been rewritten, and the commit be gone. */
const commitAt = Effect.fnUntraced(function* ({ session }: StepContext, commit: Sha) {
  const repository = yield* Repository
  const found = yield* repository.readCommit(session.repository, commit)
  if (Option.isSome(found)) return found.value
  const message = `The commit ${commit} is no longer in ${session.repository.url}.`
  return yield* new RepositoryError({ reason: "not_found", message })
})

const tickAlone = Effect.fnUntraced(function* (context: StepContext, taskId: string, head: Head) {
  const none = { base: head.commit, tree: head.tree, patch: new Uint8Array(), filesModified: [] }
  const candidate = yield* storeCandidate(context, none, { taskId, round: 1 })
  return { candidate, baseTree: head.tree }
})

/** The commit's own change, backwards: from its tree to its parent's. */
const takenBack = Effect.fnUntraced(function* (context: StepContext, taskId: string, commit: Sha) {
  const repository = yield* Repository
  const ref = context.session.repository
  const { tree: baseTree, parent } = yield* commitAt(context, commit)
  if (parent === undefined) {
    return yield* new RepositoryError({ reason: "not_found", message: `The commit ${commit} has no parent.` })
  }
  const { tree: before } = yield* commitAt(context, parent)
  const { taskList } = yield* readyOf(context.state)
  // Ticks of other tasks stand beside this one's: it is taken back by its own lines, not by a merge.
  const list = yield* repository.readFile(ref, baseTree, taskList)
  const tree = Option.isNone(list)
    ? before
    : yield* repository.withFile(ref, before, taskList, list.value.bytes)
  const change = {
    base: commit,
    tree,
    patch: yield* repository.diff(ref, baseTree, tree),
    filesModified: yield* repository.changedPaths(ref, baseTree, tree)
  }
  return { candidate: yield* storeCandidate(context, change, { taskId, round: 1 }), baseTree }
})

const changeOf = Effect.fnUntraced(function* (context: StepContext, order: Ordered, head: Head) {
  switch (order._tag) {
    case "Accept": {
      const { candidate } = order
      return {
        order: { _tag: order._tag },
        candidate,
        baseTree: (yield* commitAt(context, candidate.base)).tree
      }
    }
    case "Done":
      return { order: { _tag: order._tag }, ...(yield* tickAlone(context, order.taskId, head)) }
    case "Undo":
      return {
        order: { _tag: order._tag, commit: order.commit },
        ...(yield* takenBack(context, order.taskId, order.commit))
      }
  }
})

/** What SELECT answers for the first order. */
export const selectOrdered = Effect.fnUntraced(function* (
  context: StepContext,
  order: Ordered,
  { head, graph, rest }: ListAtHead
) {
  const name = { taskId: TaskId.make(order.taskId), title: order.title }
  const task = graph.byId.get(order.taskId)
  if (task === undefined || task.normalizedTitle !== normalizeTitle(order.title)) {
    const message = `${order.taskId} was removed or retitled in the list.`
    return { _tag: "Pointless", ...name, message } satisfies Selection
  }
  const isDone = task.state === "done"
  if (isDone !== (order._tag === "Undo")) {
    const message = `${order.taskId} is ${isDone ? "done" : "open"} in the list already.`
    return { _tag: "Pointless", ...name, message } satisfies Selection
  }
  const made = yield* Effect.result(changeOf(context, order, head))
  if (made._tag === "Success") {
    const { commit: base, tree: baseTree } = head
    return { _tag: "Selected", task, base, baseTree, ...rest, order: made.success } satisfies Selection
  }
  const { failure } = made
  if (failure._tag !== "RepositoryError" || failure.retryable) return yield* failure
  const message = `What was ordered for ${order.taskId} cannot be made: ${failure.message}`
  return { _tag: "Undeliverable", ...name, message } satisfies Selection
})
