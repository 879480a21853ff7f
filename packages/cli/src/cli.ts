/**
 * All commands, put together.
 */
import * as Command from "effect/cli/Command"
import { doctor } from "./commands/doctor.ts"
import { logs } from "./commands/logs.ts"
import { pause } from "./commands/pause.ts"
import { resume } from "./commands/resume.ts"
import { root } from "./commands/root.ts"
import { run } from "./commands/run.ts"
import { show } from "./commands/show.ts"
import { status } from "./commands/status.ts"
import { stop } from "./commands/stop.ts"
import { tasks } from "./commands/tasks.ts"
import { watch } from "./commands/watch.ts"
import { serve } from "./serve/serveCommand.ts"
import { example } from "./example/exampleCommand.ts"

/** The whole command line. */
export const cli = root.pipe(
  Command.withSubcommands([
    run,
    tasks,
    status,
    show,
    logs,
    pause,
    resume,
    stop,
    doctor,
    example,
    serve,
    watch
  ])
)
