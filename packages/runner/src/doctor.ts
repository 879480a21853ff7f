/**
 * Looks whether this machine, and a repository, are fit for a run, and says what to do where they are not.
 *
 * Each check is one finding; none of them throws, starts anything or leaves anything on a remote.
 */
import { mkdir, rm, statfs, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { checkGitVersion, makeHardenedGit } from "@devteam/adapters-git/HardenedGit"
import { listRemote } from "@devteam/adapters-git/listRemote"
import { parseRemoteUrl } from "@devteam/adapters-git/RemoteUrl"
import { toRepositoryError } from "@devteam/adapters-git/classify"
import { ExecutionId, InstanceId, ProjectId } from "@devteam/core/model/Ids"
import { Sandboxes } from "@devteam/core/ports/Sandbox"
import { Effect } from "effect"
import { personalProtocols, type RepositoryArgument } from "./repositoryArgument.ts"

/** One finding. `problem` keeps a run from working; `fix` says what to do. */
export interface Finding {
  readonly check: string
  readonly status: "ok" | "warning" | "problem"
  readonly found: string
  readonly fix?: string | undefined
}

const ok = (check: string, found: string): Finding => ({ check, status: "ok", found })

const problem = (check: string, error: unknown, fix?: string): Finding => ({
  check,
  status: "problem",
  found: error instanceof Error ? error.message : String(error),
  ...(fix === undefined ? {} : { fix })
})

/** Git's version and whether it is new enough. */
export const checkGit: Effect.Effect<Finding> = Effect.scoped(
  Effect.gen(function* () {
    const git = yield* makeHardenedGit({
      protocols: personalProtocols,
      credentials: () => Effect.succeedNone
    })
    return ok("git", yield* checkGitVersion(git))
  })
).pipe(Effect.catch((error) => Effect.succeed(problem("git", error, "Install git 2.38 or newer."))))

const gigabyte = 1024 ** 3
/** Magic numbers of file systems on which SQLite's write-ahead log does not work: NFS, SMB, CIFS. */
const networkFileSystems = new Set([0x6969, 0x517b, 0xff534d42, 0xfe534d42])

/** Whether the data directory can be written, lies on a local disk and has room. */
export const checkDataDirectory = (directory: string): Effect.Effect<Finding> =>
  Effect.promise(async (): Promise<Finding> => {
    const check = "data directory"
    try {
      await mkdir(directory, { recursive: true, mode: 0o700 })
      const probe = join(directory, `.doctor-${process.pid}`)
      await writeFile(probe, "x")
      await rm(probe)
    } catch (error) {
      return problem(check, error, "Name a folder that you can write to with --data.")
    }
    const { bavail, bsize, type } = await statfs(directory)
    if (networkFileSystems.has(type)) {
      return problem(
        check,
        `${directory} lies on a network file system`,
        "Name a folder on a local disk with --data."
      )
    }
    const free = (bavail * bsize) / gigabyte
    const found = `${directory}, ${free.toFixed(1)} GB free`
    if (free < 0.2) return problem(check, found, "Free some space, or name another folder with --data.")
    return free < 2
      ? { check, status: "warning", found, fix: "Checkouts and npm's cache need some gigabytes." }
      : ok(check, found)
  })

/** Node, npm and git as a build finds them, and how well its processes are kept together. */
export const checkSandbox: Effect.Effect<ReadonlyArray<Finding>, never, Sandboxes> = Effect.scoped(
  Effect.gen(function* () {
    const sandboxes = yield* Sandboxes
    const session = yield* sandboxes.acquire({
      instance: InstanceId.make("doctor"),
      projectId: ProjectId.make("doctor"),
      executionId: ExecutionId.make("doctor"),
      epoch: 1
    })
    const health = yield* session.health
    yield* session.destroy
    const { containment, warnings, git, node, npm } = health
    const kept: Finding =
      containment === "env_mark"
        ? {
            check: "containment",
            status: "warning",
            found: "processes are found again by a mark in their environment, which they can remove",
            fix: "Let unprivileged user namespaces be made on this machine (unshare), and each command gets its own pid namespace."
          }
        : ok(
            "containment",
            containment === "pid_namespace" ? "each command has its own pid namespace" : containment
          )
    return [
      ok("sandbox", `git ${git}, node ${node}, npm ${npm}`),
      kept,
      ...warnings.map((found): Finding => ({ check: "sandbox", status: "warning", found }))
    ]
  })
).pipe(
  Effect.catch((error) =>
    Effect.succeed([
      problem("sandbox", error, "Install what is missing, so that builds find it on the PATH.")
    ])
  )
)

/** Whether the remote answers, has a branch, and would take a push. Nothing is pushed. */
export const checkRemote = (repository: RepositoryArgument): Effect.Effect<ReadonlyArray<Finding>> =>
  Effect.scoped(
    Effect.gen(function* () {
      const git = yield* makeHardenedGit({
        protocols: personalProtocols,
        credentials: repository.credentials
      })
      const remote = yield* parseRemoteUrl(repository.url, personalProtocols)
      const listing = yield* listRemote(git, remote)
      if (listing.defaultBranch === undefined) {
        return [
          problem("remote", `${remote.clean} has no default branch`, "Push a first commit with a task list.")
        ]
      }
      const reached = ok("remote", `${remote.clean} answers; its default branch is ${listing.defaultBranch}`)
      const gitDir = join(git.temporary, "doctor.git")
      yield* git.run(["init", "--quiet", "--bare", `--object-format=${listing.objectFormat}`, gitDir], {})
      const tree = yield* git.run(["mktree"], { gitDir, stdin: "" })
      const commit = yield* git.run(
        [
          "-c",
          "user.name=devteam",
          "-c",
          "user.email=devteam@localhost",
          "commit-tree",
          "-m",
          "x",
          tree.stdout.toString().trim()
        ],
        { gitDir }
      )
      const pushed = yield* git.attempt(
        [
          "push",
          "--dry-run",
          "--porcelain",
          "--end-of-options",
          remote.clean,
          `${commit.stdout.toString().trim()}:refs/devteam/doctor`
        ],
        { gitDir, remote, timeoutMs: 60_000 }
      )
      if (pushed.exitCode === 0)
        return [reached, ok("push", "the remote would take a push (tried without making it)")]
      const error = toRepositoryError({ ...pushed, command: "push", remote: remote.clean })
      return [reached, problem("push", error, "Give the account that git uses the right to push.")]
    })
  ).pipe(Effect.catch((error) => Effect.succeed([problem("remote", error)])))
