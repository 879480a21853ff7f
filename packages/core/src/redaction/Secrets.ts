/**
 * The secrets that an execution knows, and every form in which one may turn up in output.
 *
 * A secret leaves a process as it is, or as the base64 of something that contains it, or escaped for a URL, JSON, a
 * shell or markup. All of these are searched for literally. What nobody told us about is the matter of `patterns.ts`.
 */

/** One secret. `name` is said in warnings; `value` never is. */
export interface Secret {
  readonly name: string
  readonly value: string
}

/** A secret that is not searched for: it would turn up in innocent text. */
export interface SecretWarning {
  readonly name: string
  readonly reason: "too_short"
  /** In words, for people. */
  readonly message: string
}

/** What a redactor searches for. */
export interface KnownSecrets {
  /** Distinct, none shorter than {@link shortestSecret}. */
  readonly needles: ReadonlyArray<string>
  readonly warnings: ReadonlyArray<SecretWarning>
}

/** In characters, after trimming. */
const shortestSecret = 6

/** Of a longer secret this much is searched for as one piece, beside its lines: the search tables stay small. */
const longestPiece = 8192

/** A line of a key file: long and without spaces, so that no innocent line is taken for it. */
const keyLine = /^\S{24,}$/

const base64 = (bytes: Uint8Array): string =>
  btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""))

/**
 * The part of a base64 text that is the same whatever stands before and after the secret, for each of the three ways
 * in which it can lie in the groups of three bytes.
 */
const base64Forms = (value: string): ReadonlyArray<string> => {
  const bytes = new TextEncoder().encode(value)
  return [0, 1, 2].flatMap((shift) => {
    const shifted = new Uint8Array(shift + bytes.length)
    shifted.set(bytes, shift)
    const first = Math.ceil((shift * 8) / 6)
    const end = Math.floor((shifted.length * 8) / 6)
    const form = base64(shifted).slice(first, end)
    return [form, form.replaceAll("+", "-").replaceAll("/", "_")]
  })
}

const lowerHex = (text: string): string => text.replace(/%[0-9A-F]{2}/g, (hex) => hex.toLowerCase())

const urlForms = (value: string): ReadonlyArray<string> => {
  const component = encodeURIComponent(value)
  const strict = component.replace(
    /[!'()*~]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`
  )
  const forms = [component, strict, encodeURI(value)].flatMap((form) => [form, form.replaceAll("%20", "+")])
  return [...forms, ...forms.map(lowerHex)]
}

const jsonOf = (value: string): string => JSON.stringify(value).slice(1, -1)

const jsonForms = (value: string): ReadonlyArray<string> => {
  const json = jsonOf(value)
  const ascii = json.replace(
    /[\u007f-\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`
  )
  return [json, ascii, json.replaceAll("/", "\\/"), jsonOf(json)]
}

const shellForms = (value: string): ReadonlyArray<string> => [
  value.replaceAll("'", `'\\''`),
  value.replaceAll("'", `'"'"'`),
  value.replace(/["\\$`]/g, "\\$&"),
  value.replace(/["\\$`!]/g, "\\$&"),
  value.replace(/[^A-Za-z0-9_@%+=:,./\u0080-\uffff-]/g, "\\$&")
]

const markupForms = (value: string): ReadonlyArray<string> => {
  const markup = value.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
  const quoted = markup.replaceAll('"', "&quot;")
  return [markup, quoted, quoted.replaceAll("'", "&#39;"), quoted.replaceAll("'", "&apos;")]
}

const formsOf = (value: string): ReadonlyArray<string> => {
  // A terminal writes \r\n where a file has \n.
  const unix = value.replaceAll("\r\n", "\n")
  const texts = new Set([value, unix, unix.replaceAll("\n", "\r\n")])
  return Array.from(texts).flatMap((text) => [
    text,
    ...base64Forms(text),
    ...urlForms(text),
    ...jsonForms(text),
    ...shellForms(text),
    ...markupForms(text)
  ])
}

/** All forms of all secrets. Empty values are passed over; short ones are warned of and not searched for. */
export const knownSecrets = (secrets: Iterable<Secret>): KnownSecrets => {
  const needles = new Set<string>()
  const warnings: Array<SecretWarning> = []
  for (const { name, value } of secrets) {
    const whole = value.toWellFormed().trim()
    if (whole.length === 0) continue
    if (whole.length < shortestSecret) {
      const message =
        `The secret ${name} has fewer than ${shortestSecret} characters. ` +
        `It is not hidden in logs and diffs: use a longer one.`
      warnings.push({ name, reason: "too_short", message })
      continue
    }
    const lines = whole.split(/\r?\n/).filter((line) => line !== whole && keyLine.test(line))
    for (const piece of [whole.slice(0, longestPiece).toWellFormed(), ...lines]) {
      for (const form of formsOf(piece)) if (form.length >= shortestSecret) needles.add(form)
    }
  }
  return { needles: Array.from(needles), warnings }
}
