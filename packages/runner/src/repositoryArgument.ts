/**
 * What a person means by a repository: a URL as it is, a bare repository on this disk, or, for a path inside a work
 * tree, its `origin`. Without one, and for deliveries that stay on this machine, it is the work tree's own repository.
 *
 * Runs the user's own git with their configuration, on this machine only; nothing is fetched. A work tree is looked
 * at and never touched.
 */
import { realpathSync, statSync } from "node:fs"
import { homedir } from "node:os"
import { basename, dirname, isAbsolute, join, resolve } from "node:path"
import type { CredentialSource } from "@devteam/adapters-git/Credentials"
import { credentialFill } from "@devteam/adapters-git/credentialFill"
import { runProcess } from "@devteam/adapters-git/process"
import { defaultProjectId } from "@devteam/adapters-git/repositoryId"
import { type Protocol, parseRemoteUrl } from "@devteam/adapters-git/RemoteUrl"
import { type SshCommand, userSsh } from "@devteam/adapters-git/userSsh"
import { Effect, Option, Redacted, Schema } from "effect"
import type { ProjectId } from "@devteam/core/model/Ids"
import type { Delivery } from "@devteam/core/model/Settings"
import type { Secret } from "@devteam/core/redaction/Secrets"

/** Why an argument names no repository. The message says what to do. */
export class RepositoryArgumentError extends Schema.TaggedError<RepositoryArgumentError>()(
  "RepositoryArgumentError",
  {
    reason: Schema.Literals(["not_found", "no_origin", "not_local", "git_missing", "forbidden"]),
    message: Schema.String
  }
) {}

/** A repository. `url` has no credentials: what it carried is in `credentials` and `secrets`. */
export interface RepositoryArgument {
  readonly url: string
  /** The project's id where nobody names one. */
  readonly projectId: ProjectId
  /** Where the user's configuration for this repository is read: the work tree, or where they stand. */
  readonly directory: string
  readonly credentials: CredentialSource
  /** What the user's git would run for an ssh remote in that directory. */
  readonly ssh: Effect.Effect<SshCommand>
  readonly secrets: ReadonlyArray<Secret>
  /** Whether a folder of a clone was named, and its `origin` is meant. */
  readonly viaOrigin: boolean
  /** Where the repository of a work tree is meant itself: the branch that is checked out there, if any is. */
  readonly workTree?: { readonly directory: string; readonly branch: string | undefined } | undefined
}

/** The folder of the caller's own clone, where they named one. */
export const ownFolder = ({ directory, viaOrigin, workTree }: RepositoryArgument): string | undefined =>
  viaOrigin || workTree !== undefined ? directory : undefined

/** What a person at a terminal may use: they can read every path that git could, and http reaches only loopback. */
export const personalProtocols: ReadonlyArray<Protocol> = ["https", "ssh", "file", "http"]

const fail = (reason: RepositoryArgumentError["reason"], message: string) =>
  Effect.fail(new RepositoryArgumentError({ reason, message }))

const ownEnvironment = (): Record<string, string> =>
  Object.fromEntries(
    Object.entries(process.env).filter(
      (entry): entry is [string, string] =>
        entry[1] !== undefined &&
        !/^GIT_(DIR|WORK_TREE|INDEX_FILE|OBJECT_DIRECTORY|NAMESPACE)$/.test(entry[0])
    )
  )

/** Runs the user's own git in a directory: exit code and trimmed output. */
export const userGit = (directory: string, ...args: ReadonlyArray<string>) =>
  runProcess({
    program: "git",
    args: [...args],
    cwd: directory,
    env: { ...ownEnvironment(), GIT_TERMINAL_PROMPT: "0" },
    timeoutMs: 30_000
  }).pipe(
    Effect.map(({ exitCode, stdout, stderr }) => ({
      ok: exitCode === 0,
      stdout: stdout.toString("utf8").trim(),
      stderr: stderr.toString("utf8").trim()
    })),
    Effect.catchTag("NotStarted", () =>
      fail("git_missing", "The program git is not there. Install git 2.38 or newer.")
    )
  )

const expandHome = (path: string): string =>
  path === "~" || path.startsWith("~/") ? join(homedir(), path.slice(1)) : path

const isDirectory = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false

/** Whether a text can only be a path: `host:path` and `scheme://` are not. */
const looksLikePath = (text: string): boolean =>
  isAbsolute(text) || /^\.{0,2}(\/|$)/.test(text) || text.startsWith("~") || !text.includes(":")

const fromUrl = Effect.fnUntraced(function* (url: string, directory: string) {
  const remote = yield* parseRemoteUrl(url, personalProtocols).pipe(
    Effect.mapError(({ message }) => new RepositoryArgumentError({ reason: "forbidden", message }))
  )
  const { clean, embedded } = remote
  const password = Option.match(embedded, {
    onNone: () => "",
    onSome: (credential) => Redacted.value(credential.password)
  })
  const token = Option.match(embedded, { onNone: () => "", onSome: ({ username }) => username })
  // A user name alone may be a token; its length tells.
  const value = password === "" && token.length >= 20 ? token : password
  // Whoever has several accounts at a host names the one that is meant in the URL.
  const named = token === "" ? clean : clean.replace("://", `://${encodeURIComponent(token)}@`)
  const credentials: CredentialSource = (asked) => {
    if (asked !== clean) return credentialFill(asked)
    return value === "" ? credentialFill(named) : Effect.succeed(embedded)
  }
  const secrets = value === "" ? [] : [{ name: "the repository's URL", value }]
  const found: RepositoryArgument = {
    url: clean,
    projectId: defaultProjectId(clean),
    directory,
    credentials,
    ssh: userSsh(directory),
    secrets,
    viaOrigin: false
  }
  return found
})

/** The repository that a work tree belongs to, with the branch that is checked out in this one. */
const ownRepository = Effect.fnUntraced(function* (path: string, top: string) {
  const git = (...args: ReadonlyArray<string>) => userGit(path, ...args)
  const common = realpathSync((yield* git("rev-parse", "--path-format=absolute", "--git-common-dir")).stdout)
  const branch = yield* git("symbolic-ref", "--quiet", "--short", "HEAD")
  const repository = yield* fromUrl(common, path)
  const own: RepositoryArgument = {
    ...repository,
    // The folder that people know it by.
    projectId: defaultProjectId(basename(common) === ".git" ? dirname(common) : common),
    workTree: { directory: top, branch: branch.ok && branch.stdout !== "" ? branch.stdout : undefined }
  }
  return own
})

const fromDirectory = Effect.fnUntraced(function* (path: string, delivery: Delivery | undefined) {
  const git = (...args: ReadonlyArray<string>) => userGit(path, ...args)
  const kind = yield* git("rev-parse", "--is-bare-repository")
  if (!kind.ok) {
    return yield* fail(
      "not_found",
      /dubious ownership/.test(kind.stderr)
        ? `git does not trust ${path}, because it belongs to somebody else: ${kind.stderr.split("\n")[0]}`
        : `${path} is not a git repository. Name a repository's URL, a bare repository, or a folder of a clone.`
    )
  }
  if (kind.stdout === "true") {
    const bare = yield* git("rev-parse", "--absolute-git-dir")
    return yield* fromUrl(realpathSync(bare.stdout), path)
  }
  const top = (yield* git("rev-parse", "--show-toplevel")).stdout
  if (delivery === "local") return yield* ownRepository(path, top)
  const origin = yield* git("remote", "get-url", "origin")
  if (!origin.ok || origin.stdout === "") {
    if (delivery === undefined) return yield* ownRepository(path, top)
    return yield* fail(
      "no_origin",
      `${path} has no remote named origin to push to. Add one (git remote add origin <url>), give the repository's URL, or stay on this machine with --deliver local.`
    )
  }
  const url = origin.stdout
  const target = looksLikePath(url) ? resolve(top, expandHome(url)) : url
  if (looksLikePath(url) && !isDirectory(target)) {
    return yield* fail(
      "not_found",
      `The origin of ${path} is ${target}, and there is nothing. Say where it is now: git -C ${path} remote set-url origin <url>`
    )
  }
  const remote = yield* fromUrl(isDirectory(target) ? realpathSync(target) : target, path)
  return { ...remote, viaOrigin: true }
})

/**
 * Finds the repository that `argument` names, seen from `cwd` (absolute). `delivery` is what the caller asked for:
 * `local` means the repository on this machine even where it has an origin, `main` and `branch` need one.
 */
export const resolveRepository = Effect.fn("resolveRepository")(function* (
  argument: string,
  cwd: string,
  delivery?: Delivery
) {
  const path = resolve(cwd, expandHome(argument))
  if (looksLikePath(argument) || isDirectory(path)) {
    if (isDirectory(path)) return yield* fromDirectory(path, delivery)
    return yield* fail(
      "not_found",
      `There is no folder ${path}. Name a repository's URL or an existing folder.`
    )
  }
  if (argument.startsWith("file:") && URL.canParse(argument)) {
    const remote = yield* fromUrl(argument, cwd)
    if (!isDirectory(remote.url)) return yield* fail("not_found", `There is no folder ${remote.url}.`)
    return yield* fromDirectory(remote.url, delivery)
  }
  const remote = yield* fromUrl(argument, cwd)
  if (delivery !== "local") return remote
  return yield* fail(
    "not_local",
    `${remote.url} is not on this machine, so nothing can be delivered into it locally. Clone it and name the clone's folder, or deliver to a branch of it: --deliver branch.`
  )
})
