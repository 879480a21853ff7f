/**
 * The `devteam` command as a function: words in, exit code out.
 *
 * It never ends the process, so that tests and other programs can call it; `bin/devteam.js` does. Whatever goes wrong
 * becomes one redacted line that says what to do; stack traces only with `--log-level debug`.
 */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { type Failpoint, Failpoints } from "@devteam/core/ports/Failpoints"
import { secretsIn, secretsInUrl } from "@devteam/runner/host/secrets"
import { jsonLogger } from "@devteam/runner/log/jsonLogger"
import { Cause, Effect, Exit, Fiber, Layer, Logger, References } from "effect"
import * as CliConfig from "effect/cli/CliConfig"
import * as CliError from "effect/cli/CliError"
import * as CliOutput from "effect/cli/CliOutput"
import * as Command from "effect/cli/Command"
import * as GlobalFlag from "effect/cli/GlobalFlag"
import { cli } from "./cli.ts"
import { ExitWith, exitCodes, exitOf } from "./ExitWith.ts"
import { Invocation } from "./Invocation.ts"
import { type Ask, terminalAsk } from "./terminal/ask.ts"
import { makeOutput, type Output } from "./terminal/Output.ts"
import { makeSecretBook } from "./terminal/SecretBook.ts"
import { listenToSignals } from "./terminal/signals.ts"
import { version } from "./version.ts"

/** What a test may put in the place of the real thing. */
export interface MainOverrides {
  readonly failpoints?: Failpoint | undefined
  readonly ask?: Ask | undefined
}

/** Help that was asked for is data; help after a mistake is not. */
const presenter = (output: Output): CliOutput.Presenter => ({
  present: (event) =>
    Effect.sync(() => {
      const formatter = CliOutput.defaultFormatter({ colors: false })
      switch (event._tag) {
        case "Help":
          return output.data(formatter.formatHelpDoc(event.helpDoc))
        case "InvalidInvocation":
          output.say(formatter.formatHelpDoc(event.helpDoc))
          return output.say(formatter.formatErrors(event.errors))
        case "Version":
          return output.data(`${event.name} ${event.version}`)
      }
    })
})

/** The words before and behind the first `--`. */
const splitTrailing = (argv: ReadonlyArray<string>) => {
  const at = argv.indexOf("--")
  return at === -1
    ? { words: argv, trailing: undefined }
    : { words: argv.slice(0, at), trailing: argv.slice(at + 1) }
}

const wantsStacks = (argv: ReadonlyArray<string>): boolean =>
  /(^| )--log-level[= ](debug|trace|all)( |$)/.test(splitTrailing(argv).words.join(" "))

const codeOf = (exit: Exit.Exit<void, unknown>, output: Output, stacks: boolean): number => {
  if (Exit.isSuccess(exit)) return exitCodes.done
  if (Cause.hasInterruptsOnly(exit.cause)) return exitCodes.interrupted
  const error = Cause.squash(exit.cause)
  // Usage errors have been shown with the help.
  if (CliError.isCliError(error)) return error._tag === "ShowHelp" && error.errors.length === 0 ? 0 : 2
  const { code, message } = exitOf(error)
  if (message !== "") output.say(`devteam: ${message}`)
  if (!(error instanceof ExitWith)) {
    if (stacks) output.say(Cause.pretty(exit.cause))
    else if (Cause.hasDies(exit.cause)) {
      output.say(
        "This is a mistake in devteam. Run it again with --log-level debug for the details to report."
      )
    }
  }
  return code
}

/** Runs the command with the words behind `devteam`. Never rejects. */
export const main = async (argv: ReadonlyArray<string>, overrides: MainOverrides = {}): Promise<number> => {
  const { env: environment } = process
  const secrets = makeSecretBook([
    ...secretsIn(environment),
    ...argv.flatMap((word) => secretsInUrl("an argument", word))
  ])
  const output = makeOutput({ stdout: process.stdout, stderr: process.stderr, secrets, environment })
  const { words, trailing } = splitTrailing(argv)
  const stacks = wantsStacks(argv)
  const logger = jsonLogger({
    redact: (text) => secrets.redactor().text(text),
    write: output.say,
    stacks: () => stacks
  })
  const interrupt = { run: () => {} }
  const signals = listenToSignals(() => interrupt.run())
  const program = Command.runWith(cli, { version })(words).pipe(
    Effect.provideService(Invocation, {
      cwd: process.cwd(),
      environment,
      trailing,
      output,
      secrets,
      signals,
      ask: overrides.ask ?? terminalAsk(process.stdin, process.stderr)
    }),
    Effect.provide(
      Layer.mergeAll(
        NodeServices.layer,
        Logger.layer([logger]),
        CliOutput.layerPresenter(presenter(output)),
        CliConfig.layer({
          builtIns: [GlobalFlag.Help, GlobalFlag.Version, GlobalFlag.LogLevel]
        })
      )
    ),
    Effect.provideService(References.MinimumLogLevel, "Warn"),
    overrides.failpoints === undefined
      ? (self) => self
      : Effect.provideService(Failpoints, overrides.failpoints)
  )
  const fiber = Effect.runFork(program)
  interrupt.run = () => fiber.interruptUnsafe()
  // Nobody reads any more (`| head`): whoever only prints is done, whoever works goes on without being heard.
  const onPipeError = () => {
    if (!signals.intercepted()) interrupt.run()
  }
  const streams = [process.stdout, process.stderr]
  for (const stream of streams) stream.on("error", onPipeError)
  // What no fiber catches would be printed as it is, secrets and all.
  let uncaught: unknown
  const onUncaught = (error: unknown) => {
    uncaught = error
    interrupt.run()
  }
  process.on("uncaughtException", onUncaught)
  const exit = await Effect.runPromise(Fiber.await(fiber))
  signals.close()
  for (const stream of streams) stream.off("error", onPipeError)
  process.off("uncaughtException", onUncaught)
  output.live(undefined)
  const code = codeOf(uncaught === undefined ? exit : Exit.die(uncaught), output, stacks)
  return signals.received() ? exitCodes.interrupted : code
}
