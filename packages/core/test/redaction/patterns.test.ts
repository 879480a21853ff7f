/** Tokens that nobody named are hidden by their shape; ordinary output is left alone. */
import { assert, describe, it } from "@effect/vitest"
import { makeRedactor, marker } from "../../src/redaction/redact.ts"
import { knownSecrets } from "../../src/redaction/Secrets.ts"

const redactor = makeRedactor(knownSecrets([]))
const alnum = "Ab3dEf6hIj9kLm2nOp5qRs8tUv1wXy4z"
const pem = (kind: string, separator = "\n"): string =>
  [`-----BEGIN ${kind}-----`, alnum.repeat(2), "Proc+/==", `-----END ${kind}-----`].join(separator)

describe("a token's shape", () => {
  const tokens: ReadonlyArray<string> = [
    ...["ghp_", "gho_", "ghs_", "ghu_", "ghr_"].map((prefix) => prefix + (alnum + alnum).slice(0, 36)),
    `github_pat_11AAAAAAA0${alnum}_${alnum}`,
    `sk-${alnum}${alnum.slice(0, 16)}`,
    `sk-proj-${alnum}_${alnum}-x`,
    `sk-ant-api03-${alnum}_-${alnum}AA`,
    `sk-or-v1-${"0123456789abcdef".repeat(4)}`,
    "AKIAIOSFODNN7EXAMPLE",
    `xoxb-123456789012-${alnum}`,
    `xoxp-123456789012-${alnum}`,
    `glpat-${alnum.slice(0, 20)}`,
    `npm_${(alnum + alnum).slice(0, 36)}`,
    `AIza${(alnum + alnum).slice(0, 35)}`
  ]
  for (const token of tokens) {
    it(`is hidden: ${token.slice(0, 12)}…`, () => {
      for (const [before, after] of [
        ["", ""],
        ["key=", "\n"],
        ['"', '"'],
        ["(", "), done"]
      ] as const) {
        assert.strictEqual(redactor.text(before + token + after), before + marker + after)
      }
      assert.isFalse(redactor.contains(token), "shapes are no known secrets")
    })
  }

  it("is hidden: private keys", () => {
    for (const kind of ["PRIVATE KEY", "RSA PRIVATE KEY", "OPENSSH PRIVATE KEY", "PGP PRIVATE KEY BLOCK"]) {
      for (const separator of ["\n", "\r\n", "\\n", "\n10:00:00 | "]) {
        assert.strictEqual(redactor.text(`<${pem(kind, separator)}>`), `<${marker}>`)
      }
    }
    assert.strictEqual(redactor.text(pem("CERTIFICATE")), pem("CERTIFICATE"))
    assert.strictEqual(redactor.text(pem("PUBLIC KEY")), pem("PUBLIC KEY"))
    const code = `if (key.startsWith("-----BEGIN PRIVATE KEY-----")) return true`
    assert.strictEqual(redactor.text(code), `if (key.startsWith("${marker}")) return true`)
  })

  it("is hidden: credentials in URLs", () => {
    const shown = (url: string): string => redactor.text(`at ${url} now`)
    assert.strictEqual(shown("https://me:pa55@host/x"), `at https://${marker}@host/x now`)
    assert.strictEqual(shown("postgres://me:p@ss@host:5432/x"), `at postgres://${marker}@host:5432/x now`)
    for (const url of [
      "ssh://git@host:22/x",
      "http://localhost:3000",
      "http://a:1/@scope/b",
      "https://u:@h/x"
    ]) {
      assert.strictEqual(shown(url), `at ${url} now`)
    }
  })

  it("is hidden: authorization headers", () => {
    assert.strictEqual(
      redactor.text("Authorization: Bearer abcd.efgh-1\n"),
      `Authorization: Bearer ${marker}\n`
    )
    assert.strictEqual(
      redactor.text(`{"authorization":"Basic bWU6cGFzcw=="}`),
      `{"authorization":"Basic ${marker}"}`
    )
    assert.strictEqual(redactor.text(`bearer ${alnum}`), `bearer ${marker}`)
    for (const text of [
      "Authorization: Bearer $TOKEN",
      "Bearer authentication-is-required-here",
      "a bearer of news"
    ]) {
      assert.strictEqual(redactor.text(text), text)
    }
  })

  it("however long the token is", () => {
    assert.strictEqual(
      redactor.text(`Authorization: Bearer ${alnum.repeat(5_000)}!`),
      `Authorization: Bearer ${marker}!`
    )
  })

  it("is not mistaken in ordinary output", () => {
    const log = `
> shop@1.0.0 build
> tsc -p . && vite build   # task-1234, risk-assessment-of-the-whole-module-2026, disk-usage-analyzer2000plus
commit 3f786850e387550fdab836ed7e6dc881de23001b (HEAD -> main, origin/main) sk-folding-cube sk-cube-grid-delay-12
"integrity": "sha512-AKIAb0y1kZ3f9nW0oQ2m3m9cQmJrQqv5bVg7R0k8Hn1vF3n8a5n1w2r9e8w7q6t5y4u3i2o1p0a9s8d7f6g5h4j3k2l1zA=="
npm_config_registry=https://registry.npmjs.org/ npm_lifecycle_event=build npm_package_version=1.0.0
npm warn deprecated glob@7.2.3: see https://github.com/isaacs/node-glob?x=a:b@c git+ssh://git@github.com/a/b.git#semver:^1
  VITE v8.0.0  ready in 312 ms  ➜ Local: http://localhost:5173/@vite/client  user@host:~/src
src/a.ts(10,5): error TS2322: Type 'string' is not assignable. pnpm/react@19.0.0_abcdef0123456789abcdef0123456789
-----BEGIN CERTIFICATE-----  token: [present]  password=  eyJ2ZXJzaW9uIjozLCJzb3VyY2VzIjpbXX0= dark-mode ASIA 2026
data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk 0b8c7e2a-1111-4222-8333-944455566677
`
    assert.strictEqual(redactor.text(log), log)
  })
})
