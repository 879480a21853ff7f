/**
 * Whether another process is alive, as the kernel knows it.
 */
import { assert, describe, it } from "@effect/vitest"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync } from "node:fs"
import { isDeadOwner, thisOwner } from "@devteam/runner/host/process"

const me = thisOwner("test")

describe("the owner of a lease", () => {
  it("is alive while its process is, also where it is this one", () => {
    assert.isFalse(isDeadOwner(me))
    assert.isFalse(isDeadOwner({ ...me, host: "elsewhere", pid: 1 << 22 }), "nothing is known of other hosts")
  })

  it("is dead when its process is gone, or the machine was started anew", async () => {
    const child = spawn(process.execPath, ["-e", ""])
    await once(child, "exit")
    assert.isTrue(isDeadOwner({ ...me, pid: child.pid ?? 0 }))
    assert.isTrue(isDeadOwner({ ...me, bootId: "another" }))
  })

  it.skipIf(!existsSync("/proc/self/stat"))("is dead when its pid is another process by now", () => {
    assert.isTrue(isDeadOwner({ ...me, startedAt: "1" }))
  })

  it.skipIf(!existsSync("/proc/self/stat"))("is dead as a zombie, which still has its pid", async () => {
    // A shell that becomes `sleep` asks after no child: the one that it had stays a zombie.
    const parent = spawn("sh", ["-c", "sh -c 'echo $$' & exec sleep 60"], {
      stdio: ["ignore", "pipe", "ignore"]
    })
    const [line] = (await once(parent.stdout, "data")) as [Buffer]
    const pid = Number(line.toString())
    const { readFileSync } = await import("node:fs")
    const stat = () =>
      readFileSync(`/proc/${pid}/stat`, "utf8")
        .replace(/^.*\) /, "")
        .split(" ")
    while (stat()[0] !== "Z") await new Promise((resolve) => setImmediate(resolve))
    assert.isTrue(isDeadOwner({ ...me, pid, startedAt: stat()[19] ?? "" }))
    parent.kill("SIGKILL")
  })
})
