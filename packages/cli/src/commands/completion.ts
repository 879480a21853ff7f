/** `devteam completion`. */
import { Effect } from "effect"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import { Invocation } from "../Invocation.ts"

/** See above. */
export const completion = Command.make(
  "completion",
  {
    shell: Argument.Literals("shell", ["bash", "zsh", "fish"]).pipe(
      Argument.withDescription("The shell that is to complete words")
    )
  },
  Effect.fnUntraced(function* ({ shell }) {
    const { output } = yield* Invocation
    const Completions = yield* Effect.promise(() => import("effect/cli/Completions"))
    // The whole command line has this command in it, so its type cannot be asked for here.
    const whole = (): Promise<{ readonly cli: Command.Command.Any }> => import("../cli.ts")
    const { cli } = yield* Effect.promise(whole)
    const script = Completions.generate("devteam", shell, Completions.fromCommand(cli))
    output.raw(script.replaceAll("devteam --completions", "devteam completion"))
  })
).pipe(
  Command.withDescription(
    "Print a script that completes the words of devteam: source <(devteam completion bash); zsh and fish likewise"
  ),
  Command.withShortDescription("Print a script for a shell's completion")
)
