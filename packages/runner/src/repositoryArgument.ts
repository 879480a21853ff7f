/**
 * What a person means by a repository: a URL as it is, a bare repository on this disk, or, for a path inside a work
 * tree, its `origin`.
 *
 * Runs the user's own git with their configuration, on this machine only; nothing is fetched. A work tree is looked
 * at and never touched.
 */
import { realpathSync, statSync } from "node:fs"
import { homedir } from "node:os"
import { isAbsolute, join, resolve } from "node:path"
import type { CredentialSource } from "@devteam/adapters-git/Credentials"
import { credentialFill } from "@devteam/adapters-git/credentialFill"
import { runProcess } from "@devteam/adapters-git/process"
import { defaultProjectId } from "@devteam/adapters-git/repositoryId"
import { type Protocol, parseRemoteUrl } from "@devteam/adapters-git/RemoteUrl"
import { Effect, Option, Redacted, Schema } from "effect"
import type { ProjectId } from "@devteam/core/model/Ids"
import type { Secret } from "@devteam/core/redaction/Secrets"

/** Why an argument names no repository. The message says what to do. */
export class RepositoryArgumentError extends Schema.TaggedError<RepositoryArgumentError>()(
  "RepositoryArgumentError",
  { reason: Schema.Literals(["not_found", "no_origin", "git_missing", "forbidden"]), message: Schema.String }
) {}

/** A repository. `url` has no credentials: what it carried is in `credentials` and `secrets`. */
export interface RepositoryArgument {
  readonly url: string
  /** The project's id where nobody names one. */
  readonly projectId: ProjectId
  /** Where the user's configuration for this repository is read: the work tree, or where they stand. */
  readonly directory: string
  readonly credentials: CredentialSource
  readonly secrets: ReadonlyArray<Secret>
}

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
  const credentials: CredentialSource =
    value === ""
      ? credentialFill
      : (asked) => (asked === clean ? Effect.succeed(embedded) : credentialFill(asked))
  const secrets = value === "" ? [] : [{ name: "the repository's URL", value }]
  return {
    url: clean,
    projectId: defaultProjectId(clean),
    directory,
    credentials,
    secrets
  } satisfies RepositoryArgument
})

const fromDirectory = Effect.fnUntraced(function* (path: string) {
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
  const origin = yield* git("remote", "get-url", "origin")
  if (!origin.ok || origin.stdout === "") {
    return yield* fail(
      "no_origin",
      `${path} has no remote named origin to push to. Add one (git remote add origin <url>), or give the repository's URL.`
    )
  }
  const top = (yield* git("rev-parse", "--show-toplevel")).stdout
  const url = origin.stdout
  if (!looksLikePath(url)) return yield* fromUrl(url, path)
  const target = resolve(top, expandHome(url))
  return yield* fromUrl(isDirectory(target) ? realpathSync(target) : target, path)
})

/** Finds the repository that `argument` names, seen from `cwd` (absolute). */
export const resolveRepository = Effect.fn("resolveRepository")(function* (argument: string, cwd: string) {
  const path = resolve(cwd, expandHome(argument))
  if (looksLikePath(argument) || isDirectory(path)) {
    if (isDirectory(path)) return yield* fromDirectory(path)
    return yield* fail(
      "not_found",
      `There is no folder ${path}. Name a repository's URL or an existing folder.`
    )
  }
  if (argument.startsWith("file:") && URL.canParse(argument)) {
    const remote = yield* fromUrl(argument, cwd)
    if (!isDirectory(remote.url)) return yield* fail("not_found", `There is no folder ${remote.url}.`)
    return yield* fromDirectory(remote.url)
  }
  return yield* fromUrl(argument, cwd)
})
