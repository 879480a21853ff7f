/** The version that `devteam --version` says: the package's own. */
import { versionIn } from "@devteam/runner/version"

/** `x.y.z`. */
export const version = versionIn(new URL("../package.json", import.meta.url))
