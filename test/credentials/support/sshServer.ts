/**
 * A real OpenSSH server on 127.0.0.1 for the user who runs the tests, with a host key and one authorised key of its
 * own, and a real ssh agent that has that key.
 *
 * ssh takes its home from the password database and not from HOME, so that everything of the person's stands in one
 * configuration file that is named to it: nothing below the real `~/.ssh` is read or written.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process"
import { accessSync, constants, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { createServer } from "node:net"
import { userInfo } from "node:os"
import { delimiter, join } from "node:path"

const find = (program: string): string | undefined =>
  [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin", "/usr/local/sbin"]
    .map((folder) => join(folder, program))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK)
        return true
      } catch {
        return false
      }
    })

/** What is missing on this machine for the tests with ssh, if anything is. */
export const missingForSsh = (): string | undefined => {
  const missing = ["sshd", "ssh", "ssh-agent", "ssh-add", "ssh-keygen"].filter(
    (name) => find(name) === undefined
  )
  return missing.length === 0
    ? undefined
    : `${missing.join(", ")} not found: install OpenSSH's client and server`
}

const pathOf = (program: string): string => {
  const path = find(program)
  if (path === undefined) throw new Error(`There is no ${program} on this machine.`)
  return path
}

const makeKey = (file: string): string => {
  execFileSync(pathOf("ssh-keygen"), ["-q", "-t", "ed25519", "-N", "", "-C", "somebody", "-f", file])
  return readFileSync(`${file}.pub`, "utf8").trim().split(" ").slice(0, 2).join(" ")
}

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.listen(0, "127.0.0.1", () => {
      const address = server.address()
      server.close(() =>
        typeof address === "object" && address !== null ? resolve(address.port) : reject(new Error("no port"))
      )
    })
  })

/** Ends when the process has said what was waited for. */
const saying = (child: ChildProcess, stream: "stdout" | "stderr", pattern: RegExp): Promise<string> =>
  new Promise((resolve, reject) => {
    let said = ""
    child[stream]?.setEncoding("utf8").on("data", (text: string) => {
      said += text
      if (pattern.test(said)) resolve(said)
    })
    child.on("error", reject)
    child.on("exit", () => reject(new Error(`${child.spawnfile} ended: ${said}`)))
  })

/** A running server and a person's side of it. */
export interface SshServer {
  /** `ssh://user@127.0.0.1:port/path` of a repository. */
  readonly urlOf: (repository: string) => string
  readonly port: number
  /** The agent's socket. It is not in anybody's arguments. */
  readonly agentSocket: string
  readonly knownHosts: string
  /** The ssh command with the person's configuration. */
  readonly command: string
  /** Writes the server's true key, or one that it does not have, to the known hosts. */
  readonly trust: (key: "true" | "other") => void
  readonly close: () => Promise<void>
}

/** Starts server and agent; their files are below `parent`. */
export const startSshServer = async (parent: string): Promise<SshServer> => {
  const folder = join(parent, "sshd")
  mkdirSync(folder, { mode: 0o700 })
  const hostKey = makeKey(join(folder, "host-key"))
  const otherKey = makeKey(join(folder, "other-key"))
  const userKey = makeKey(join(folder, "user-key"))
  writeFileSync(join(folder, "authorized-keys"), `${userKey}\n`, { mode: 0o600 })
  // The server that root starts wants this folder, which its service would make.
  if (userInfo().uid === 0) mkdirSync("/run/sshd", { recursive: true, mode: 0o755 })
  const port = await freePort()
  const configuration = join(folder, "sshd_config")
  writeFileSync(
    configuration,
    `ListenAddress 127.0.0.1
Port ${port}
HostKey ${join(folder, "host-key")}
AuthorizedKeysFile ${join(folder, "authorized-keys")}
PidFile none
StrictModes no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
AcceptEnv GIT_PROTOCOL
KexAlgorithms curve25519-sha256
PrintMotd no
UseDNS no
`
  )
  const server = spawn(pathOf("sshd"), ["-D", "-e", "-f", configuration], {
    stdio: ["ignore", "ignore", "pipe"],
    env: { PATH: process.env["PATH"] }
  })
  await saying(server, "stderr", /Server listening on/)

  const agent = spawn(pathOf("ssh-agent"), ["-D"], {
    stdio: ["ignore", "pipe", "ignore"],
    env: { PATH: process.env["PATH"], TMPDIR: folder }
  })
  const said = await saying(agent, "stdout", /SSH_AUTH_SOCK=[^;]+;/)
  const [, agentSocket = ""] = /SSH_AUTH_SOCK=([^;]+);/.exec(said) ?? []
  execFileSync(pathOf("ssh-add"), ["-q", join(folder, "user-key")], {
    env: { SSH_AUTH_SOCK: agentSocket },
    stdio: ["ignore", "ignore", "pipe"]
  })

  const knownHosts = join(folder, "known_hosts")
  writeFileSync(knownHosts, "")
  const client = join(folder, "ssh_config")
  writeFileSync(
    client,
    `Host *
  UserKnownHostsFile ${knownHosts}
  GlobalKnownHostsFile /dev/null
  IdentityFile ${join(folder, "no-such-key")}
  StrictHostKeyChecking ask
`
  )
  const end = (child: ChildProcess) =>
    new Promise<void>((resolve) => {
      if (child.exitCode !== null || child.signalCode !== null) return resolve()
      child.once("exit", () => resolve())
      child.kill("SIGTERM")
    })
  return {
    port,
    urlOf: (repository) => `ssh://${userInfo().username}@127.0.0.1:${port}${repository}`,
    agentSocket,
    knownHosts,
    command: `ssh -F ${client}`,
    trust: (key) => writeFileSync(knownHosts, `[127.0.0.1]:${port} ${key === "true" ? hostKey : otherKey}\n`),
    close: async () => {
      await Promise.all([end(server), end(agent)])
    }
  }
}
