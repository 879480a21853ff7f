/**
 * What git said, as a `RepositoryError` that tells a person what to do.
 *
 * Git has no machine-readable errors; with `LC_ALL=C` its sentences are stable enough. The first rule that matches
 * decides, so the specific ones come first.
 */
import { RepositoryError } from "@devteam/core/ports/Repository"

type Reason = RepositoryError["reason"]

interface Rule {
  readonly pattern: RegExp
  readonly reason: Reason
  readonly advice: (remote: string) => string
}

const withoutBrackets = (host: string): string => host.replace(/[[\]]/g, "")

/** What a person types to log in at an ssh remote by hand: its user, host and port. */
const loginCommand = (remote: string): string => {
  const url = URL.canParse(remote) ? new URL(remote) : undefined
  if (url?.protocol !== "ssh:") {
    const [, login = remote] = /^((?:[^@:]+@)?(?:\[[^\]]+\]|[^:]+)):/.exec(remote) ?? []
    return `ssh -T ${withoutBrackets(login)}`
  }
  const user = url.username === "" ? "" : `${url.username}@`
  return `ssh -T ${url.port === "" ? "" : `-p ${url.port} `}${user}${withoutBrackets(url.hostname)}`
}

const rules: ReadonlyArray<Rule> = [
  {
    pattern: /No space left on device|Disk quota exceeded|file write error/i,
    reason: "disk_full",
    advice: () => "The disk is full. Free some space on the cache's volume."
  },
  {
    pattern: /cannot run ssh:|\bssh: (line \d+: ssh: )?(command )?not found/i,
    reason: "git_missing",
    advice: (remote) => `${remote} needs ssh, which is not there. Install OpenSSH's client.`
  },
  {
    pattern: /REMOTE HOST IDENTIFICATION HAS CHANGED|host key for .* has changed/i,
    reason: "auth",
    advice: (remote) =>
      `The host key of ${remote} is another one than ssh knows, so somebody may be in between. Ask whoever runs the ` +
      "host; if it was changed, remove the old one (ssh-keygen -R) and accept the new one: " +
      loginCommand(remote)
  },
  {
    pattern: /Host key verification failed/i,
    reason: "auth",
    advice: (remote) =>
      `ssh does not know the host key of ${remote}, and accepts none by itself. Connect once, compare the fingerprint ` +
      `with the one that the host publishes, and accept it: ${loginCommand(remote)}`
  },
  {
    pattern:
      /Permission denied \((publickey|password|keyboard|gssapi|hostbased)|Too many authentication failures/i,
    reason: "auth",
    advice: (remote) =>
      `${remote} refused the ssh key, or there was none: nothing is asked for, so it has to be in the ssh agent, or ` +
      `without a passphrase. See what the agent has (ssh-add -l), add the key (ssh-add), and try: ${loginCommand(remote)}`
  },
  {
    pattern: /transport '.*' not allowed|strange (path|host)name|protocol '.*' is not supported/i,
    reason: "forbidden",
    advice: (remote) => `Git may not use the protocol of ${remote}.`
  },
  {
    pattern: /returned error: 30\d|unable to update url base from redirection/i,
    reason: "forbidden",
    advice: (remote) => `${remote} redirects elsewhere, and redirects are not followed. Use the final URL.`
  },
  {
    pattern: /could not read (Username|Password)|terminal prompts disabled/i,
    reason: "auth",
    advice: (remote) =>
      `${remote} wants a user and a password or token, and git's credential helpers know none. Set one up ` +
      `(git help credentials), then give it to git once, which the helper remembers: git ls-remote ${remote}`
  },
  {
    pattern: /Authentication failed|returned error: 40[13]|Permission to .* denied|Access denied/i,
    reason: "auth",
    advice: (remote) =>
      `${remote} refused the credentials. See whether they are still good and may push: git ls-remote ${remote}`
  },
  {
    pattern:
      /Repository not found|repository '.*' not found|does not appear to be a git repository|No such file or directory|returned error: 404|project you were looking for could not be found/i,
    reason: "not_found",
    advice: (remote) => `There is no repository at ${remote}, or it is not visible with these credentials.`
  },
  {
    pattern:
      /Could not resolve host|Connection (refused|reset|timed out|closed)|Failed to connect|Couldn't connect|Operation timed out|Operation too slow|Network is unreachable|No route to host|early EOF|Empty reply from server|RPC failed|hung up unexpectedly|returned error: (5\d\d|429)|Could not read from remote repository|SSL|TLS|certificate/i,
    reason: "unreachable",
    advice: (remote) => `${remote} does not answer. Check the network and the address.`
  }
]

const local: Rule = {
  pattern: /not a valid object name|not a tree object|failed to unpack tree object|unable to resolve/i,
  reason: "unknown",
  advice: () => "An object is missing from the repository cache; it is rebuilt from the stored candidate."
}

/** Whether these words mean that the cache itself is damaged, and no later fetch will mend it. */
export const saysCorrupt = (stderr: string): boolean =>
  /not a git repository|bad object refs\/|missing (blob|tree|commit) object|loose object .* is corrupt|object file .* is empty|object corrupt or missing|packfile .* (cannot be accessed|is truncated|does not match|signature|is .* corrupt)|index file .* (is too small|is corrupt)|unable to read (tree|sha1|object)|bad (tree|config|pack)|bad signature|inflate: data stream error|does not point to a valid object|invalid sha1 pointer|non-?exist(ing|ent) object|unable to unpack|did not send all necessary objects/i.test(
    stderr
  )

const lastWords = (stderr: string): string =>
  stderr
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .slice(-6)
    .join(" | ")
    .slice(-1_500)

/** The error for a git call that failed. `remote` is the clean URL where the call talked to one. */
export const toRepositoryError = (failure: {
  readonly command: string
  readonly stderr: string
  readonly exitCode: number | null
  readonly timedOut: boolean
  readonly remote: string | undefined
}): RepositoryError => {
  const said = lastWords(failure.stderr)
  if (failure.timedOut) {
    return new RepositoryError({
      reason: failure.remote === undefined ? "unknown" : "unreachable",
      message: `git ${failure.command} took too long and was stopped. ${said}`.trim()
    })
  }
  const remote = failure.remote
  const rule =
    remote === undefined
      ? [rules[0], local].find((candidate) => candidate?.pattern.test(failure.stderr))
      : rules.find((candidate) => candidate.pattern.test(failure.stderr))
  const advice =
    rule?.advice(remote ?? "the repository") ?? `git ${failure.command} failed (${failure.exitCode}).`
  return new RepositoryError({
    reason: rule?.reason ?? "unknown",
    message: said === "" ? advice : `${advice} git said: ${said}`
  })
}
