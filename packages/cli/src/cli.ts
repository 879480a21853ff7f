/**
 * All commands, put together.
 */
import * as Command from "effect/cli/Command"
import { backup } from "./commands/backup.ts"
import { clean } from "./commands/clean.ts"
import { completion } from "./commands/completion.ts"
import { diff } from "./commands/diff.ts"
import { doctor } from "./commands/doctor.ts"
import { init } from "./commands/init.ts"
import { logs } from "./commands/logs.ts"
import { migrate } from "./commands/migrate.ts"
import { pause } from "./commands/pause.ts"
import { resume } from "./commands/resume.ts"
import { root } from "./commands/root.ts"
import { run } from "./commands/run.ts"
import { show } from "./commands/show.ts"
import { status } from "./commands/status.ts"
import { stop } from "./commands/stop.ts"
import { tasks } from "./commands/tasks.ts"
import { undo } from "./commands/undo.ts"
import { watch } from "./commands/watch.ts"
import { why } from "./commands/why.ts"
import { serve } from "./serve/serveCommand.ts"
import { example } from "./example/exampleCommand.ts"

/** The whole command line. */
export const cli = root.pipe(
  Command.withSubcommands([
    run,
    tasks,
    status,
    show,
    diff,
    why,
    logs,
    pause,
    resume,
    stop,
    undo,
    doctor,
    clean,
    init,
    example,
    serve,
    watch,
    migrate,
    backup,
    completion
  ])
)
