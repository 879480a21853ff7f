import { Sandboxes } from "@devteam/core/ports/Sandbox"
import { someOwner, textOf } from "@devteam/core/testing/contracts/SandboxContract"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { layer } from "../../src/local/LocalSandboxes.ts"
import { formatMark, parseMark } from "../../src/local/mark.ts"
import { npmSettings } from "../../src/local/npmSettings.ts"
import { scrubbedEnvironment, userPath } from "../../src/local/scrubbedEnvironment.ts"

describe("npm settings", () => {
  const npmrc = [
    "; a comment",
    "registry=https://user:hunter2@npm.example.com/",
    "@acme:registry = https://${NPM_HOST}/acme/",
    "//npm.example.com/:_authToken=npm_secret1",
    "//npm.example.com/:_password=secret2",
    "_auth=c2VjcmV0Mw==",
    "email=someone@example.com",
    "proxy=http://proxy.example.com:8080",
    "script-shell=/tmp/evil",
    "strict-ssl=false"
  ].join("\n")

  it("carry where packages come from, never a credential", () => {
    const settings = npmSettings(npmrc, { NPM_HOST: "npm.acme.example" })
    assert.strictEqual(
      settings.userConfig,
      "registry=https://npm.example.com/\n@acme:registry=https://npm.acme.example/acme/\n" +
        "proxy=http://proxy.example.com:8080\nstrict-ssl=false\n"
    )
  })

  it("say what was left out, by name only", () => {
    const { warnings } = npmSettings(npmrc, { npm_config__authToken: "secret4" })
    assert.lengthOf(warnings, 5)
    for (const name of ["registry's URL", ":_authToken", ":_password", "_auth of", "npm_config__authToken"]) {
      assert.isTrue(
        warnings.some((warning) => warning.includes(name)),
        name
      )
    }
    assert.notMatch(warnings.join(), /hunter2|secret|c2Vj/)
  })

  it("take the operator's variables, and npm's own only when npm did not start the worker", () => {
    const host = {
      NPM_CONFIG_REGISTRY: "https://a.example/",
      npm_config_strict_ssl: "false",
      npm_config_prefix: "/x"
    }
    assert.deepStrictEqual(npmSettings("", host).environment, {
      npm_config_registry: "https://a.example/",
      npm_config_strict_ssl: "false"
    })
    assert.deepStrictEqual(npmSettings("", { ...host, npm_execpath: "/npm-cli.js" }).environment, {
      npm_config_registry: "https://a.example/"
    })
  })
})

describe("scrubbed environment", () => {
  it("takes npm's, npx's and yarn's entries and relative ones out of PATH", () => {
    const own = ["/home/me/.nvm/versions/node/v22/bin", "/usr/bin", "/opt/node_modules/bin"]
    const foreign = [
      "/work/app/node_modules/.bin",
      "/work/node_modules/.bin/",
      "/home/me/.npm/_npx/0a1b/node_modules/.bin",
      "/usr/lib/node_modules/npm/node_modules/@npmcli/run-script/lib/node-gyp-bin",
      "/tmp/yarn--1700000000-0.5",
      "node_modules/.bin",
      ".",
      ""
    ]
    assert.strictEqual(userPath([...foreign, ...own].join(":")), own.join(":"))
  })

  it("passes proxies and certificates on, warns of a proxy's password, and holds nothing else", () => {
    const { environment, warnings } = scrubbedEnvironment(
      {
        PATH: "/usr/bin",
        HTTPS_PROXY: "http://me:hunter2@proxy:1",
        no_proxy: "localhost",
        SSL_CERT_FILE: "/etc/ca.pem",
        OPENAI_API_KEY: "sk-1",
        LANG: "de_DE.UTF-8"
      },
      "/homes/shop"
    )
    assert.deepStrictEqual(environment, {
      PATH: "/usr/bin",
      HOME: "/homes/shop",
      TMPDIR: "/homes/shop/tmp",
      LANG: "C.UTF-8",
      LC_ALL: "C.UTF-8",
      TERM: "dumb",
      NO_COLOR: "1",
      npm_config_cache: "/homes/shop/.npm",
      HTTPS_PROXY: "http://me:hunter2@proxy:1",
      no_proxy: "localhost",
      SSL_CERT_FILE: "/etc/ca.pem"
    })
    assert.deepStrictEqual(warnings, [
      "HTTPS_PROXY holds a password, and commands in the sandbox can read it"
    ])
  })
})

describe("mark", () => {
  it("is read back, also with colons in the instance; anything else is no mark", () => {
    const owner = someOwner({ instance: "a:b:c", projectId: "acme/shop", executionId: "e-1", epoch: 12 })
    assert.deepStrictEqual(parseMark(formatMark(owner)), { ...owner })
    for (const text of ["", "a:b:c", "a:b:c:-1", "a:b:c:x", ":b:c:1"]) assert.isUndefined(parseMark(text))
  })
})

describe("local sandbox with a user's settings", () => {
  it.live("lets npm use the user's registry without giving it the user's token", () =>
    Effect.gen(function* () {
      const root = yield* Effect.acquireRelease(
        Effect.sync(() => mkdtempSync(join(tmpdir(), "devteam-settings-"))),
        (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
      )
      const userHome = join(root, "user")
      mkdirSync(userHome)
      writeFileSync(
        join(userHome, ".npmrc"),
        "registry=https://npm.example.com/\n//npm.example.com/:_authToken=npm_secret1\n"
      )
      yield* Effect.gen(function* () {
        const session = yield* (yield* Sandboxes).acquire(someOwner())
        const script = 'npm config get registry; npm config get cache; cat "$HOME/.npmrc"'
        const events = yield* Stream.runCollect(
          session.exec({ argv: ["sh", "-c", script], cwd: root, timeoutMs: 25_000 })
        )
        const text = textOf(events, "stdout")
        assert.deepStrictEqual(text.split("\n").slice(0, 2), [
          "https://npm.example.com/",
          join(root, "homes/acme+shop/.npm")
        ])
        assert.notInclude(text, "npm_secret1")
        const { warnings } = yield* session.health
        assert.isTrue(warnings.some((warning) => warning.includes("not isolated")))
        assert.isTrue(warnings.some((warning) => warning.includes("//npm.example.com/:_authToken")))
      }).pipe(
        Effect.scoped,
        Effect.provide(
          layer({
            homesDirectory: join(root, "homes"),
            environment: { PATH: process.env["PATH"], HOME: userHome }
          })
        )
      )
    }).pipe(Effect.scoped)
  )

  it.live("names the missing tool when it is unhealthy", () =>
    Effect.gen(function* () {
      const root = mkdtempSync(join(tmpdir(), "devteam-settings-"))
      yield* Effect.gen(function* () {
        const session = yield* (yield* Sandboxes).acquire(someOwner())
        const error = yield* Effect.flip(session.health)
        assert.strictEqual(error.reason, "unhealthy")
        assert.include(error.message, "git is not in the sandbox's PATH")
      }).pipe(
        Effect.scoped,
        Effect.provide(
          layer({ homesDirectory: join(root, "homes"), environment: { PATH: join(root, "nowhere") } })
        ),
        Effect.ensuring(Effect.sync(() => rmSync(root, { recursive: true, force: true })))
      )
    })
  )
})
