/** The version that a runner says: the package's own. */
import { readFileSync } from "node:fs"

/** The version, `x.y.z`, that a `package.json` says. */
export const versionIn = (file: URL): string => {
  const manifest: unknown = JSON.parse(readFileSync(file, "utf8"))
  return typeof manifest === "object" && manifest !== null && "version" in manifest
    ? String(manifest.version)
    : "unknown"
}

/** `x.y.z`. */
export const version = versionIn(new URL("../package.json", import.meta.url))
