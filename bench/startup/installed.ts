/**
 * The command as it is installed: the built packages in a folder's `node_modules`, beside what they need. In the
 * source tree the command runs its sources, which takes longer to load.
 */
import { spawnSync } from "node:child_process"
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs"
import { join } from "node:path"

const root = join(import.meta.dirname, "..", "..")

/** Builds the packages, lays them out in `folder`, and answers the command's entry. */
export const installIn = (folder: string): string => {
  const { status } = spawnSync(
    join(root, "node_modules/.bin/turbo"),
    ["run", "build", "--output-logs=errors-only"],
    {
      cwd: root,
      env: { ...process.env, TURBO_TELEMETRY_DISABLED: "1" },
      stdio: ["ignore", "ignore", "inherit"]
    }
  )
  if (status !== 0) throw new Error("The packages cannot be built: see npm run build.")
  const modules = join(folder, "node_modules")
  mkdirSync(join(modules, "@devteam"), { recursive: true })
  for (const name of readdirSync(join(root, "node_modules"))) {
    if (!name.startsWith(".") && name !== "@devteam") {
      symlinkSync(join(root, "node_modules", name), join(modules, name))
    }
  }
  for (const name of readdirSync(join(root, "packages"))) {
    const source = join(root, "packages", name)
    const manifest = JSON.parse(readFileSync(join(source, "package.json"), "utf8")) as { name: string }
    const target = join(modules, manifest.name)
    mkdirSync(target)
    for (const part of readdirSync(source).filter((entry) =>
      ["package.json", "dist", "bin"].includes(entry)
    )) {
      cpSync(join(source, part), join(target, part), { recursive: true })
    }
  }
  return join(modules, "@devteam", "cli", "bin", "devteam.js")
}
