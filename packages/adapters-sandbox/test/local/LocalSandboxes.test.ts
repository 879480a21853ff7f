import type { ExecRequest, SandboxOwner } from "@devteam/core/ports/Sandbox"
import { sandboxContract } from "@devteam/core/testing/contracts/SandboxContract"
import { sandboxKillContract } from "@devteam/core/testing/contracts/SandboxKillContract"
import { sandboxProcessContract } from "@devteam/core/testing/contracts/SandboxProcessContract"
import { Effect } from "effect"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll } from "vitest"
import { layer, type LocalSandboxOptions } from "../../src/local/LocalSandboxes.ts"
import { markedTrees } from "../../src/local/markedTree.ts"
import { findContainment } from "../../src/local/namespaceProbe.ts"

const root = mkdtempSync(join(tmpdir(), "devteam-sandbox-"))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const best = await Effect.runPromise(findContainment(`${process.env["PATH"]}:/usr/bin:/bin`))

const abandon = (options: LocalSandboxOptions) => (owner: SandboxOwner, argv: ExecRequest["argv"]) =>
  Effect.promise(async () => {
    const script = fileURLToPath(new URL("support/worker.ts", import.meta.url))
    const input = JSON.stringify({ options, owner, argv, cwd: root })
    const worker = spawn(process.execPath, ["--conditions=devteam-source", script, input], {
      stdio: ["ignore", "pipe", "inherit"]
    })
    await once(worker.stdout, "data")
    worker.kill("SIGKILL")
    await once(worker, "exit")
  })

const ways = best.kind === "pid_namespace" ? (["auto", "env_mark"] as const) : (["env_mark"] as const)

for (const containment of ways) {
  const kind = containment === "auto" ? best.kind : markedTrees.kind
  const options = { homesDirectory: join(root, kind, "homes"), containment }
  sandboxContract(`local, ${kind}`, {
    layer: layer(options),
    clock: "live",
    cwd: root,
    commands: {
      exit: (code) => ["sh", "-c", `exit ${code}`],
      write: (stdout, stderr) => ["sh", "-c", `printf %s "$1"; printf %s "$2" >&2`, "sh", stdout, stderr],
      invalidUtf8: ["printf", "\\377\\303(\\000A"],
      copy: ["cat"],
      hang: ["sleep", "1000"]
    }
  })
  sandboxProcessContract(`local, ${kind}`, { layer: layer(options), cwd: root })
  sandboxKillContract(`local, ${kind}`, {
    layer: layer(options),
    holdsCleared: kind === "pid_namespace",
    // A namespace dies with its worker.
    orphansWait: kind === "env_mark",
    cwd: root,
    abandon: abandon(options)
  })
}
