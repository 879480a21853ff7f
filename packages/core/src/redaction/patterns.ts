/**
 * The shapes of well-known tokens: what is hidden although nobody said that it is a secret.
 *
 * Each shape begins with a literal trigger, and a run of characters follows. Narrow on purpose: object names,
 * integrity hashes, task ids and class names of a build log are not secrets, and hiding them costs the reader the log.
 */

/** Trigger, then as many characters of `body` as there are. */
export interface TokenShape {
  readonly triggers: ReadonlyArray<string>
  /** Matches one character of the run. */
  readonly body: RegExp
  /** A shorter run is none. */
  readonly min: number
  /** The run's first characters, as many of them as `decideAt`, must match too. */
  readonly accept?: { readonly decideAt: number; readonly matches: RegExp }
  /** The trigger does not continue a word. */
  readonly startsWord?: boolean
  /** Only the run is hidden, not the trigger. */
  readonly keepsTrigger?: boolean
}

const word = /[A-Za-z0-9_-]/
const credential = /[A-Za-z0-9._~+/=-]/

const headers = ["Authorization", "authorization", "AUTHORIZATION"].flatMap((name) =>
  [": ", ":", '": "', '":"', "': '", "=", '\\": \\"', '\\":\\"'].flatMap((between) =>
    ["Bearer ", "bearer ", "Basic ", "basic ", "Token ", "token "].map(
      (scheme) => `${name}${between}${scheme}`
    )
  )
)

/** Tokens by their issuers' prefixes, and the credentials of HTTP headers. */
export const tokenShapes: ReadonlyArray<TokenShape> = [
  // GitHub: classic, OAuth, user-to-server, server-to-server, refresh; then fine-grained.
  { triggers: ["ghp_", "gho_", "ghu_", "ghs_", "ghr_"], body: /[A-Za-z0-9]/, min: 30 },
  { triggers: ["github_pat_"], body: /[A-Za-z0-9_]/, min: 22 },
  { triggers: ["sk-ant-", "sk-proj-", "sk-svcacct-", "sk-or-v1-"], body: word, min: 20, startsWord: true },
  // Without a vendor in its prefix: twenty letters and digits in a row, a digit among them. CSS has class names `sk-…`.
  {
    triggers: ["sk-"],
    body: word,
    min: 20,
    accept: { decideAt: 64, matches: /(?=[A-Za-z]*[0-9])[A-Za-z0-9]{20}/ },
    startsWord: true
  },
  // AWS access keys are exactly this long; the same letters inside a longer run are none.
  {
    triggers: ["AKIA", "ASIA"],
    body: /[A-Za-z0-9]/,
    min: 16,
    accept: { decideAt: 17, matches: /^[A-Z0-9]{16}$/ },
    startsWord: true
  },
  {
    triggers: ["xoxa-", "xoxb-", "xoxe-", "xoxo-", "xoxp-", "xoxr-", "xoxs-"],
    body: /[A-Za-z0-9-]/,
    min: 10
  },
  { triggers: ["glpat-"], body: word, min: 20 },
  { triggers: ["npm_"], body: /[A-Za-z0-9]/, min: 36, startsWord: true },
  { triggers: ["AIza"], body: word, min: 35, startsWord: true },
  { triggers: headers, body: credential, min: 8, keepsTrigger: true },
  // Without the header's name before it: prose says "bearer" too.
  {
    triggers: ["Bearer ", "bearer "],
    body: credential,
    min: 20,
    accept: { decideAt: 64, matches: /[0-9]/ },
    keepsTrigger: true
  }
]

/** `scheme://user:password@host`: user and password are hidden. */
export const urlCredentials = {
  trigger: "://",
  /** Ends the part of a URL in which credentials stand. */
  ends: /[\s/?#"'`<>\\]/,
  longest: 512
} as const

/** A private key block, from its first line to its last, or to a character that no key file has. */
export const privateKey = {
  trigger: "-----BEGIN ",
  header: /^[A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----$/,
  headerChar: /[A-Z0-9 -]/,
  longestHeader: 48,
  /** With what terminals, log prefixes and JSON put between the lines. */
  body: /[A-Za-z0-9+/=\s\-:,.\\|[\];\p{Cc}]/u,
  end: /-----END [A-Z0-9 ]{0,40}-----$/,
  longest: 16_384
} as const
