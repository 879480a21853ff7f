/**
 * The only file that knows how git is called: by argument vector, with an environment and a configuration that
 * leave nothing to the machine, to the user or to a repository.
 *
 * No system, global or XDG configuration and attributes, no hooks, fsmonitor, filters, pagers, prompts, credential
 * helpers, redirects, submodules or maintenance; protocols as allowed. An allow-list of variables is passed on, never
 * the caller's environment. What it does not do: check URLs and branch names (`RemoteUrl`, `branchName`) or decide
 * what an exit code means (`run` takes zero for success, `attempt` takes none).
 */
import { mkdir } from "node:fs/promises"
import { dirname, join } from "node:path"
import { RepositoryError } from "@devteam/core/ports/Repository"
import { Effect, Option, type Scope } from "effect"
import { toRepositoryError } from "./classify.ts"
import {
  askpassEnvironment,
  credentialFor,
  type CredentialSource,
  scrub,
  writeAskpass
} from "./Credentials.ts"
import { runProcess } from "./process.ts"
import type { Protocol, RemoteUrl } from "./RemoteUrl.ts"
import { temporaryDirectory } from "./temporaryDirectory.ts"
import { plainSsh, type SshCommand, sshEnvironment } from "./userSsh.ts"

/** Around one git call. `remote` makes it one that talks: it gets the credential, and ssh its agent. */
export interface GitCall {
  readonly gitDir?: string | undefined
  readonly index?: string | undefined
  readonly workTree?: string | undefined
  readonly stdin?: Uint8Array | string | undefined
  readonly remote?: RemoteUrl | undefined
  /** Milliseconds; five minutes when absent. */
  readonly timeoutMs?: number | undefined
}

/** How a call ended, whatever its exit code. `stderr` is free of the credential. */
export interface GitExit {
  readonly exitCode: number | null
  readonly stdout: Buffer
  readonly stderr: string
  readonly timedOut: boolean
}

/** Git, ready to be called. `temporary` is a private directory that lives as long as the scope. */
export interface HardenedGit {
  readonly temporary: string
  /** Runs git and answers however it ended; fails only when git cannot be started. */
  readonly attempt: (args: ReadonlyArray<string>, call: GitCall) => Effect.Effect<GitExit, RepositoryError>
  /** Runs git; every exit code but zero is an error by `toRepositoryError`. */
  readonly run: (args: ReadonlyArray<string>, call: GitCall) => Effect.Effect<GitExit, RepositoryError>
}

const configuration: ReadonlyArray<string> = [
  "core.hooksPath=/dev/null",
  "core.fsmonitor=false",
  "core.untrackedCache=false",
  "core.splitIndex=false",
  "core.attributesFile=/dev/null",
  "core.excludesFile=/dev/null",
  "core.autocrlf=false",
  "core.safecrlf=false",
  "core.eol=lf",
  "core.symlinks=true",
  "core.fileMode=true",
  "core.ignoreCase=false",
  "core.precomposeUnicode=false",
  "core.askPass=",
  "core.alternateRefsCommand=",
  "checkout.workers=0",
  "protocol.version=2",
  "protocol.ext.allow=never",
  "transfer.credentialsInUrl=die",
  "submodule.recurse=false",
  "fetch.recurseSubmodules=no",
  "push.recurseSubmodules=no",
  "push.gpgSign=false",
  "gc.auto=0",
  "maintenance.auto=false",
  "http.followRedirects=false",
  "http.lowSpeedLimit=1000",
  "http.lowSpeedTime=60",
  "credential.helper=",
  "merge.conflictStyle=merge",
  "init.templateDir="
]

/** What the caller's environment may hand on: where programs are, and how to get through a proxy. */
const passedOn = [
  "PATH",
  "TMPDIR",
  "http_proxy",
  "https_proxy",
  "HTTPS_PROXY",
  "all_proxy",
  "ALL_PROXY",
  "no_proxy",
  "NO_PROXY",
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
  "GIT_SSL_CAINFO",
  "GIT_SSL_CAPATH"
]
const passedOnForSsh = ["HOME", "SSH_AUTH_SOCK", "USER", "LOGNAME"]

const pick = (names: ReadonlyArray<string>): Record<string, string> =>
  Object.fromEntries(
    names.flatMap((name) => {
      const value = process.env[name]
      return value === undefined ? [] : [[name, value] as const]
    })
  )

const environmentOf = (
  home: string,
  protocols: ReadonlyArray<Protocol>,
  call: GitCall,
  ssh: SshCommand
): Record<string, string> => ({
  ...pick(passedOn),
  HOME: home,
  XDG_CONFIG_HOME: home,
  LC_ALL: "C",
  TZ: "UTC",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_SYSTEM: "/dev/null",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_ATTR_NOSYSTEM: "1",
  GIT_TERMINAL_PROMPT: "0",
  GIT_ALLOW_PROTOCOL: protocols.join(":"),
  GIT_PROTOCOL_FROM_USER: "0",
  GIT_LITERAL_PATHSPECS: "1",
  GIT_NO_REPLACE_OBJECTS: "1",
  GIT_OPTIONAL_LOCKS: "0",
  GIT_LFS_SKIP_SMUDGE: "1",
  GIT_PAGER: "cat",
  GIT_CEILING_DIRECTORIES: dirname(home),
  ...(call.gitDir === undefined ? {} : { GIT_DIR: call.gitDir }),
  ...(call.index === undefined ? {} : { GIT_INDEX_FILE: call.index }),
  ...(call.workTree === undefined ? {} : { GIT_WORK_TREE: call.workTree }),
  // ssh needs the user's keys and agent. Git itself still reads no configuration from that home.
  ...(call.remote?.protocol === "ssh" ? { ...pick(passedOnForSsh), ...sshEnvironment(ssh) } : {})
})

const missing = (detail: string): RepositoryError =>
  new RepositoryError({
    reason: "git_missing",
    message: `git could not be started (${detail}). Install git 2.38 or newer and make sure that it is on the PATH.`
  })

/** Makes git ready: a private temporary directory with an empty home and the askpass helper. */
export const makeHardenedGit = (options: {
  readonly protocols: ReadonlyArray<Protocol>
  readonly credentials: CredentialSource
  /** Asked before the first call to an ssh remote; plain `ssh` when absent. */
  readonly ssh?: Effect.Effect<SshCommand> | undefined
}): Effect.Effect<HardenedGit, never, Scope.Scope> =>
  Effect.gen(function* () {
    const temporary = yield* temporaryDirectory
    const home = join(temporary, "home")
    yield* Effect.promise(() => mkdir(home))
    const askpass = yield* writeAskpass(temporary)
    const userSsh = yield* Effect.cached(options.ssh ?? Effect.succeed(plainSsh))

    const attempt: HardenedGit["attempt"] = Effect.fnUntraced(function* (args, call) {
      const credential =
        call.remote === undefined ? Option.none() : yield* credentialFor(call.remote, options.credentials)
      const ssh = call.remote?.protocol === "ssh" ? yield* userSsh : plainSsh
      const end = yield* runProcess({
        program: "git",
        args: [...configuration.flatMap((setting) => ["-c", setting]), ...args],
        cwd: call.workTree ?? home,
        env: {
          ...environmentOf(home, options.protocols, call, ssh),
          ...(Option.isSome(credential) ? askpassEnvironment(askpass, credential.value) : {})
        },
        stdin: call.stdin,
        timeoutMs: call.timeoutMs ?? 300_000
      }).pipe(Effect.catchTag("NotStarted", (error) => Effect.fail(missing(error.code))))
      return { ...end, stderr: scrub(end.stderr.toString("utf8"), credential) }
    })

    const run: HardenedGit["run"] = Effect.fnUntraced(function* (args, call) {
      const exit = yield* attempt(args, call)
      if (exit.exitCode === 0) return exit
      return yield* toRepositoryError({ ...exit, command: args[0] ?? "", remote: call.remote?.clean })
    })

    return { temporary, attempt, run }
  })

/**
 * The installed git's version, for the doctor and before the first use. Fails with `git_missing` when there is none
 * or when it is older than 2.38 (`merge-tree --write-tree`).
 */
export const checkGitVersion = (git: Pick<HardenedGit, "run">): Effect.Effect<string, RepositoryError> =>
  Effect.gen(function* () {
    const { stdout } = yield* git.run(["version"], {})
    const text = stdout.toString("utf8").trim()
    const [, version = "", major = "0", minor = "0"] = /((\d+)\.(\d+)[\w.]*)/.exec(text) ?? []
    if (Number(major) > 2 || (Number(major) === 2 && Number(minor) >= 38)) return version
    return yield* new RepositoryError({
      reason: "git_missing",
      message: `This machine has ${text}, and 2.38 or newer is needed. Upgrade git.`
    })
  })
