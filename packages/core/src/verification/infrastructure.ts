/**
 * Reads a failed command: was it the change, or the world around it?
 *
 * Infrastructure is an attempt: the same command is run again, and no round is spent. So it has to be certain: what
 * is taken for infrastructure wrongly is repeated for ever, what is taken for red wrongly costs one round.
 *
 * - **The network counts only in installs**, and there only in the package manager's own error, never in what a
 *   lifecycle script printed: a project's tests may well print ECONNREFUSED. `npm error code` decides for npm; a
 *   script's failure has its exit code there.
 * - **E401, E403, E404 are red**: a dependency that the change added may be misspelt, private or unpublished, and the
 *   agent can see that from the log. Registries that lack credentials look the same; the base is then red as well,
 *   so the execution pauses and names the command, and nobody is blamed. EINTEGRITY is red for the same reason: the
 *   lockfile is part of the change.
 * - **A full disk and too little memory** are infrastructure in both kinds, by the words of the system or of V8 in a
 *   line that is not indented (reports of tests are), for a build only among its last lines. The limit of file
 *   watchers shares ENOSPC and is no full disk.
 * - **Time**: an install waits for others, a build for itself.
 */

/** What is left of a command that did not pass. `text` is the excerpt or the tail of its output. */
export interface FailedCommand {
  readonly kind: "install" | "build"
  readonly cause: "exited" | "timed_out" | "idle"
  readonly exitCode: number | null
  readonly signal: string | null
  readonly text: string
}

/** The reading. `message` is one sentence that names the evidence. */
export type FailureReading =
  | {
      readonly _tag: "Infrastructure"
      readonly reason: "network" | "disk_full" | "out_of_memory" | "install_timeout" | "killed"
      readonly message: string
    }
  | { readonly _tag: "Red"; readonly kind: "red_build" | "build_timeout"; readonly message: string }

const networkCodes: ReadonlyArray<RegExp> = [
  /^E(?:NOTFOUND|AI_AGAIN|NETUNREACH|NETDOWN|HOSTUNREACH|PIPE|PROTO|408|429|5\d\d)$/,
  /^E(?:CONNREFUSED|CONNRESET|CONNABORTED|TIMEDOUT|IDLETIMEOUT|CONNECTIONTIMEOUT|RESPONSETIMEOUT)$/,
  /^(?:FETCH_ERROR|ERR_SOCKET_TIMEOUT|ERR_SSL_\w+|ERR_TLS_\w+|CERT_\w+|\w+_CERT\w*|UNABLE_TO_\w+)$/
]

const npmCode = /^npm (?:error|ERR!) code (\S+)/m
const npmNetwork = /^npm (?:error|ERR!) (?:network .*|Exit handler never called!.*)$/m

/** A script of a package failed: whatever it printed is its own affair. */
const scriptFailed = /\bELIFECYCLE\b|^error Command failed|^npm (?:error|ERR!) command failed/m

/** pnpm, yarn, bun and Corepack name the request that failed on the line that says why; a retry is not yet a failure. */
const requestFailed: ReadonlyArray<RegExp> = [
  /^(?!.*[Ww]ill retry).*\bERR_PNPM_(?:META_FETCH_FAIL|FETCH_5\d\d|\w*NETWORK_ERROR)\b.*$/m,
  /^(?!.*[Ww]ill retry)(?=.*(?:https?:\/\/|\bRequestError\b)).*\b(?:ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|E(?:SOCKET)?TIMEDOUT|ENETUNREACH|EHOSTUNREACH)\b.*$/m,
  /^.*\bResponse Code: 5\d\d\b.*$/m,
  /^\w*Error: (?:Error when performing the request to https?:|Server answered with HTTP 5\d\d\b).*$/m,
  /^error: (?:(?:Connection(?:Refused|Closed|Reset)|DNSResolveFailed|FailedToOpenSocket|Timeout) downloading|GET https?:\S+ - 5\d\d\b).*$/m
]

const diskFull = [
  /^npm (?:error|ERR!) code ENOSPC$/m,
  /^(?:npm (?:error|ERR!|warn|WARN) .*|\[?(?:fatal )?\w*[Ee]rror: (?:.*: )?|[\w./-]+: (?:.*: )?)?(?:ENOSPC: n|N)o space left on device.*$/m
]

const heapFull =
  /^(?:FATAL ERROR: .*(?:JavaScript heap out of memory|Allocation failed).*|.*\bERR_WORKER_OUT_OF_MEMORY\b.*)$/m

/** How shells and make say that the kernel killed their child. */
const childKilled = /^(?:Killed|\S+: (?:line )?\d+: +\d+ Killed\b.*|make: \*\*\* .*\bKilled)$/m

const lastLines = (text: string, count: number): string =>
  text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .slice(-count)
    .join("\n")

const evidence = (patterns: ReadonlyArray<RegExp>, text: string): string | undefined => {
  for (const pattern of patterns) {
    const match = pattern.exec(text)
    if (match !== null) return firstLine(match)
  }
  return undefined
}

const firstLine = (match: RegExpMatchArray): string => match[0].trim().slice(0, 200)

const networkEvidence = (text: string): string | undefined => {
  const code = npmCode.exec(text)
  if (code !== null) {
    return networkCodes.some((pattern) => pattern.test(code[1] ?? "")) ? firstLine(code) : undefined
  }
  return scriptFailed.test(text) ? undefined : evidence([npmNetwork, ...requestFailed], text)
}

/** Reads the failure of one verification command. */
export const readFailure = (command: FailedCommand): FailureReading => {
  const infrastructure = (
    reason: Extract<FailureReading, { readonly _tag: "Infrastructure" }>["reason"],
    message: string
  ): FailureReading => ({ _tag: "Infrastructure", reason, message })

  if (command.cause !== "exited") {
    return command.kind === "install"
      ? infrastructure("install_timeout", "The install did not end in time.")
      : { _tag: "Red", kind: "build_timeout", message: "The command did not end in time." }
  }
  const heap = evidence([heapFull], command.text)
  if (heap !== undefined) return infrastructure("out_of_memory", `Out of memory: ${heap}`)
  if (command.exitCode === 137 || command.signal === "SIGKILL") {
    return infrastructure(
      "out_of_memory",
      "The command was killed, most likely for want of memory (SIGKILL)."
    )
  }
  const killed = evidence([childKilled], lastLines(command.text, 5))
  if (killed !== undefined) {
    return infrastructure("out_of_memory", `A child was killed, most likely for want of memory: ${killed}`)
  }
  if (command.signal === "SIGTERM" || command.signal === "SIGINT" || command.signal === "SIGHUP") {
    return infrastructure("killed", `The command was ended from outside (${command.signal}).`)
  }
  const disk = evidence(diskFull, command.kind === "install" ? command.text : lastLines(command.text, 20))
  if (disk !== undefined) return infrastructure("disk_full", `The disk is full: ${disk}`)
  if (command.kind === "install") {
    const network = networkEvidence(command.text)
    if (network !== undefined)
      return infrastructure("network", `The package registry could not be used: ${network}`)
  }
  const how = command.signal ?? (command.exitCode === null ? "no exit code" : `exit code ${command.exitCode}`)
  return { _tag: "Red", kind: "red_build", message: `The command failed (${how}).` }
}
