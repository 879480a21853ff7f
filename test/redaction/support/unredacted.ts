/**
 * The `devteam` command with a redactor that hides nothing: shows that it is the redactor that hides.
 */
import { registerHooks } from "node:module"

const nothingHidden = new URL("noRedactor.ts", import.meta.url).href

registerHooks({
  resolve: (specifier, context, nextResolve) => {
    const resolved = nextResolve(specifier, context)
    return resolved.url.endsWith("/core/src/redaction/redact.ts")
      ? { ...resolved, url: nothingHidden }
      : resolved
  }
})

await import("../../support/devteamUnderTest.ts")
