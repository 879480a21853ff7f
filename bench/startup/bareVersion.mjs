// The least that a command can do: what is left is Node's own start.
import { readFileSync } from "node:fs"
process.stdout.write(`bare v${JSON.parse(readFileSync(process.argv[2], "utf8")).version}\n`)
