import { assert, describe, it } from "@effect/vitest"
import { type FailedCommand, readFailure } from "../../src/verification/infrastructure.ts"

const failed = (kind: "install" | "build", text: string, more: Partial<FailedCommand> = {}) =>
  readFailure({ kind, cause: "exited", exitCode: 1, signal: null, text, ...more })

const reading = (...parameters: Parameters<typeof failed>) => {
  const result = failed(...parameters)
  return result._tag === "Infrastructure" ? result.reason : result.kind
}

// What npm 11 prints.
const refused = `npm error code ECONNREFUSED
npm error syscall connect
npm error errno ECONNREFUSED
npm error FetchError: request to http://127.0.0.1:9/left-pad failed, reason: connect ECONNREFUSED 127.0.0.1:9`
const notFound = `npm error code ENOTFOUND
npm error network request to http://nohost.invalid/left-pad failed, reason: getaddrinfo ENOTFOUND nohost.invalid
npm error network This is a problem related to network connectivity.`
const postinstall = `> x@1.0.0 postinstall
Error: connect ECONNREFUSED 127.0.0.1:1
npm error code 1
npm error path /tmp/x
npm error command failed
npm error command sh -c node -e 'console.error("Error: connect ECONNREFUSED 127.0.0.1:1")'`
const tests = `FAIL src/client.test.ts
  ● retries on ECONNREFUSED
    Error: connect ECONNREFUSED 127.0.0.1:1
    npm error code ECONNREFUSED
npm error network request to http://127.0.0.1 failed`
const heap = `<--- Last few GCs --->
[12345:0x5f5] 100 ms: Mark-Compact
FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory
----- Native stack trace -----
Aborted`

describe("reading a failed install", () => {
  it("the registry's failures are infrastructure", () => {
    for (const text of [
      refused,
      notFound,
      "npm ERR! code EAI_AGAIN",
      "npm ERR! code ETIMEDOUT",
      "npm error code ECONNRESET",
      "npm error code E503\nnpm error 503 Service Unavailable - GET https://registry.npmjs.org/a",
      "npm error code E429",
      "npm error code SELF_SIGNED_CERT_IN_CHAIN",
      "npm error Exit handler never called!",
      " ERR_PNPM_META_FETCH_FAIL  GET https://registry.npmjs.org/a: request to https://registry.npmjs.org/a failed, reason: connect ECONNREFUSED",
      " ERR_PNPM_FETCH_503  GET https://registry.npmjs.org/a: Service Unavailable - 503",
      'error An unexpected error occurred: "https://registry.yarnpkg.com/a: getaddrinfo ENOTFOUND registry.yarnpkg.com".',
      "Error: ERR_PNPM_RESOLVING_NPM_RESOLVER_NETWORK_ERROR\n\n  × installing dependencies",
      "➤ YN0001: │ RequestError: connect ECONNREFUSED 127.0.0.1:1",
      "Error: Error when performing the request to https://registry.npmjs.org/pnpm/latest; for troubleshooting help, see …",
      "error: ConnectionRefused downloading tarball is-odd@3.0.1",
      "error: DNSResolveFailed downloading package manifest is-odd",
      "error: GET https://registry.npmjs.org/a - 503"
    ]) {
      assert.strictEqual(reading("install", text), "network", text)
    }
    const message = failed("install", notFound).message
    assert.include(message, "ENOTFOUND")
  })

  it("what the change may have asked for wrongly is red", () => {
    for (const text of [
      "npm error code E404\nnpm error 404 Not Found - GET https://registry.npmjs.org/lft-pad",
      "npm error code E401",
      "npm error code E403",
      "npm error code ETARGET\nnpm error notarget No matching version found for a@99",
      "npm error code ERESOLVE",
      "npm error code EINTEGRITY",
      "npm error code EUSAGE",
      "Error: ERR_PNPM_FETCH_404\n  ╰─▶ GET https://registry.npmjs.org/lft-pad: Not Found - 404",
      'error Couldn\'t find package "lft-pad" on the "npm" registry.',
      "➤ YN0035: │ lft-pad@npm:1.0.0: Package not found\n➤ YN0035: │   Response Code: 404 (Not Found)",
      "Error: Server answered with HTTP 404 when performing the request to https://registry.npmjs.org/pnpm/0.0.0",
      "error: GET https://registry.npmjs.org/lft-pad - 404",
      " ERR_PNPM_FETCH_404  GET https://registry.npmjs.org/lft-pad: Not Found - 404",
      " WARN  GET https://registry.npmjs.org/b error (ECONNRESET). Will retry in 10 seconds. 2 retries left.\n ERR_PNPM_OUTDATED_LOCKFILE"
    ]) {
      assert.strictEqual(reading("install", text), "red_build", text)
    }
  })

  it("what a lifecycle script printed is no failure of the registry", () => {
    assert.strictEqual(reading("install", postinstall), "red_build")
    assert.strictEqual(
      reading(
        "install",
        "Error: connect ECONNREFUSED http://127.0.0.1:1\n ELIFECYCLE  Command failed with exit code 1."
      ),
      "red_build"
    )
  })

  it("a time-out of an install is infrastructure", () => {
    for (const cause of ["timed_out", "idle"] as const) {
      assert.strictEqual(reading("install", "", { cause, exitCode: null }), "install_timeout")
    }
  })
})

describe("reading a failed build", () => {
  it("never blames the network", () => {
    for (const text of [tests, refused, notFound]) assert.strictEqual(reading("build", text), "red_build")
  })

  it("a time-out is the build's own", () => {
    assert.strictEqual(reading("build", refused, { cause: "timed_out", exitCode: null }), "build_timeout")
  })

  it("a red build names its exit code", () => {
    assert.include(failed("build", "src/a.ts(1,1): error TS2304", { exitCode: 2 }).message, "exit code 2")
  })
})

describe("memory and disk", () => {
  it("are infrastructure in both kinds", () => {
    for (const kind of ["install", "build"] as const) {
      assert.strictEqual(reading(kind, heap, { exitCode: 134 }), "out_of_memory")
      assert.strictEqual(reading(kind, "", { exitCode: 137 }), "out_of_memory")
      assert.strictEqual(reading(kind, "", { exitCode: null, signal: "SIGKILL" }), "out_of_memory")
      assert.strictEqual(
        reading(kind, "make: *** [Makefile:2: all] Killed", { exitCode: 2 }),
        "out_of_memory"
      )
      assert.strictEqual(reading(kind, "", { exitCode: null, signal: "SIGTERM" }), "killed")
      for (const text of [
        "npm error code ENOSPC",
        "npm warn tar TAR_ENTRY_ERROR ENOSPC: no space left on device, write",
        "Error: ENOSPC: no space left on device, write",
        "cp: error writing 'x': No space left on device",
        "fatal error: error writing to /tmp/cc.s: No space left on device"
      ]) {
        assert.strictEqual(reading(kind, text), "disk_full", text)
      }
    }
  })

  it("are not seen in reports of tests, in crashes, nor in the limit of watchers", () => {
    for (const text of [
      "  ✗ says so when the disk is full\n    Error: ENOSPC: no space left on device, write",
      `Error: ENOSPC: no space left on device, write\n${"line\n".repeat(30)}`,
      "Error: ENOSPC: System limit for number of file watchers reached",
      "    expected 'JavaScript heap out of memory' to be 'ok'",
      "  Killed",
      `Killed\n${"line\n".repeat(10)}`
    ]) {
      assert.strictEqual(reading("build", text), "red_build", text)
    }
    assert.strictEqual(reading("build", "", { exitCode: 139, signal: "SIGSEGV" }), "red_build")
  })
})
