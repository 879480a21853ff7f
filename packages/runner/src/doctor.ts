/**
 * Looks whether this machine, and a repository, are fit for a run, and says what to do where they are not.
 *
 * Each check is one finding; none of them throws, starts anything or leaves anything on a remote.
 */
import { mkdir, rm, statfs, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { refuseCheckedOut } from "@devteam/adapters-git/checkedOut"
import { checkGitVersion, makeHardenedGit } from "@devteam/adapters-git/HardenedGit"
import { listRemote } from "@devteam/adapters-git/listRemote"
import { parseRemoteUrl } from "@devteam/adapters-git/RemoteUrl"
import { toRepositoryError } from "@devteam/adapters-git/classify"
import { ExecutionId, InstanceId, ProjectId } from "@devteam/core/model/Ids"
import { Sandboxes } from "@devteam/core/ports/Sandbox"
import type { RepositoryError } from "@devteam/core/ports/Repository"
import { Effect, Option, Result } from "effect"
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
export const checkDataDirectory = (directory: string): Effect.Effect<ReadonlyArray<Finding>> =>
  Effect.promise(async (): Promise<ReadonlyArray<Finding>> => {
    const check = "data directory"
    try {
      await mkdir(directory, { recursive: true, mode: 0o700 })
      const probe = join(directory, `.doctor-${process.pid}`)
      await writeFile(probe, "x")
      await rm(probe)
    } catch (error) {
      return [problem(check, error, "Name a folder that you can write to with --data.")]
    }
    const { bavail, bsize, type } = await statfs(directory)
    const place: Finding = networkFileSystems.has(type)
      ? problem(
          check,
          `${directory} lies on a network file system`,
          "Name a folder on a local disk with --data."
        )
      : ok(check, directory)
    const free = (bavail * bsize) / gigabyte
    const found = `${free.toFixed(1)} GB free`
    const disk: Finding =
      free < 0.2
        ? problem("disk", found, "Free some space (devteam clean helps), or name another folder with --data.")
        : free < 2
          ? {
              check: "disk",
              status: "warning",
              found,
              fix: "Checkouts and npm's cache need some gigabytes; devteam clean frees those of ended runs."
            }
          : ok("disk", found)
    return [place, disk]
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
      ok("npm", npm),
      ok("sandbox", `builds find git ${git} and node ${node}`),
      kept,
      ...warnings.map((found): Finding => ({ check: "sandbox", status: "warning", found }))
    ]
  })
).pipe(
  Effect.catch((error) =>
    Effect.succeed([
      problem(
        "sandbox",
        error,
        "Builds need git, Node and npm. Install what is missing, so that it is found on the PATH."
      )
    ])
  )
)

const hostOf = (url: string): string =>
  (URL.canParse(url) ? new URL(url).hostname : /^(?:[^@/]+@)?([^:/]+):/.exec(url)?.[1]) ?? ""

const isSsh = (url: string): boolean => url.startsWith("ssh:") || /^[^/:]+:(?!\/\/)/.test(url)

/** How a person gets git to know them at this remote. */
export const credentialAdvice = (url: string): string => {
  const host = hostOf(url)
  if (isSsh(url)) {
    return `Load your key (ssh-add), give its public half to ${host}, and connect once: ssh -T git@${host}`
  }
  const login =
    host === "github.com"
      ? "gh auth login && gh auth setup-git"
      : "git config --global credential.helper store, then one git fetch there"
  return `Let git's credential helper know an account of ${host} (${login}), or use the ssh address.`
}

/** Whose credentials git uses there. Fails never: what the remote thinks of them is for the other checks. */
const describeCredentials = Effect.fnUntraced(function* ({ url, credentials }: RepositoryArgument) {
  if (url.startsWith("/") || url.startsWith("file:")) return "none needed: it is on this machine"
  if (isSsh(url)) return "yours, by ssh"
  const found = yield* Effect.option(credentials(url))
  return Option.match(Option.flatten(found), {
    onNone: () => `none: git's credential helper knows no account of ${hostOf(url)}`,
    onSome: ({ username }) => `git's credential helper has ${username === "" ? "a token" : username}`
  })
})

/** Git with what this person has for a repository, and the repository as git is told it. */
const personalGit = Effect.fnUntraced(function* ({ credentials, ssh, url }: RepositoryArgument) {
  const git = yield* makeHardenedGit({ protocols: personalProtocols, credentials, ssh })
  return { git, remote: yield* parseRemoteUrl(url, personalProtocols) }
})

/**
 * Asks the remote whether it would take a push from this person, without making one. Branch protection is not asked:
 * only a real push is told of it. `target` is a branch that must not be checked out there.
 */
export const probePush = (
  repository: RepositoryArgument,
  objectFormat: "sha1" | "sha256",
  target?: string
): Effect.Effect<void, RepositoryError> =>
  Effect.scoped(
    Effect.gen(function* () {
      const { git, remote } = yield* personalGit(repository)
      if (target !== undefined && remote.protocol === "file") yield* refuseCheckedOut(remote.clean, target)
      const gitDir = join(git.temporary, "probe.git")
      yield* git.run(["init", "--quiet", "--bare", `--object-format=${objectFormat}`, gitDir], {})
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
      if (pushed.exitCode !== 0)
        return yield* toRepositoryError({ ...pushed, command: "push", remote: remote.clean })
    })
  )

const listing = (repository: RepositoryArgument) =>
  Effect.scoped(
    Effect.gen(function* () {
      const { git, remote } = yield* personalGit(repository)
      return { clean: remote.clean, ...(yield* listRemote(git, remote)) }
    })
  )

/** Whether the remote knows this person, has a branch, and would take a push. Nothing is pushed. */
export const checkRemote = (repository: RepositoryArgument): Effect.Effect<ReadonlyArray<Finding>> =>
  Effect.gen(function* () {
    const { url, workTree } = repository
    const advice = credentialAdvice(url)
    const whose = yield* describeCredentials(repository)
    const found = yield* Effect.result(listing(repository))
    if (Result.isFailure(found)) {
      const { reason } = found.failure
      return reason === "auth"
        ? [problem("credentials", whose, advice), problem("remote", found.failure)]
        : [
            ok("credentials", whose),
            problem("remote", found.failure, reason === "not_found" ? advice : undefined)
          ]
    }
    const { clean, defaultBranch, objectFormat } = found.success
    const reached = ok("credentials", whose)
    if (defaultBranch === undefined) {
      return [
        reached,
        problem("remote", `${clean} has no default branch`, "Push a first commit with a task list.")
      ]
    }
    const answers = ok("remote", `${clean} answers; its default branch is ${defaultBranch}`)
    if (workTree !== undefined)
      return [reached, answers, ok("push", "not needed: it is delivered into the repository itself")]
    const pushed = yield* Effect.result(probePush(repository, objectFormat))
    return [
      reached,
      answers,
      Result.isSuccess(pushed)
        ? ok("push", "the remote would take a push (tried without making it)")
        : problem("push", pushed.failure, "Give the account that git uses the right to push.")
    ]
  })
