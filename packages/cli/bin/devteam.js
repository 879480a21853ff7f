#!/usr/bin/env node
/**
 * The entry of the `devteam` command: checks Node's version, then starts the program.
 *
 * Plain JavaScript that old versions of Node can read, and nothing is imported before the check. In the source tree
 * it runs the TypeScript sources as they are; an installed package has only `dist`.
 */
import { existsSync, readFileSync } from "node:fs"
import * as module from "node:module"
import { homedir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const needed = [24, 15]
const [major, minor] = process.versions.node.split(".").map(Number)

/** A folder of this user's own: code is read from it. */
const cacheDirectory = () => join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "devteam", "node")

/** Resolves the workspace's packages to their sources. */
const useSources = () =>
  module.registerHooks({
    resolve: (specifier, context, nextResolve) =>
      specifier.startsWith("@devteam/")
        ? nextResolve(specifier, { ...context, conditions: [...context.conditions, "devteam-source"] })
        : nextResolve(specifier, context)
  })

const start = async () => {
  // Halves the time that the program takes to start, from the second time on.
  module.enableCompileCache(process.env.NODE_COMPILE_CACHE || cacheDirectory())
  const sources = new URL("../src/main.ts", import.meta.url)
  const inSourceTree = !/[\\/]node_modules[\\/]/.test(import.meta.url) && existsSync(fileURLToPath(sources))
  if (inSourceTree) useSources()
  const entry = inSourceTree ? sources : new URL("../dist/main.js", import.meta.url)
  const { main } = await import(entry.href)
  process.exitCode = await main(process.argv.slice(2))
}

/** Only what keeps the program from starting at all comes here: everything else it says itself. */
const cannotStart = (error) => {
  process.stderr.write(
    `devteam cannot start: ${error instanceof Error ? error.message : error}\nInstall it again.\n`
  )
  process.exitCode = 5
}

/** Answered here: the program takes several times as long to load. */
const sayVersion = () => {
  const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"))
  process.stdout.write(`devteam ${manifest.version}\n`)
}

if (major > needed[0] || (major === needed[0] && minor >= needed[1])) {
  const [, , first, ...others] = process.argv
  if (first === "--version" && others.length === 0) sayVersion()
  else await start().catch(cannotStart)
} else {
  process.stderr.write(
    `devteam needs Node ${needed.join(".")} or newer, and this is Node ${process.versions.node}: install it from https://nodejs.org, or run it with npx --package=node@24 -- devteam.\n`
  )
  process.exitCode = 5
}
