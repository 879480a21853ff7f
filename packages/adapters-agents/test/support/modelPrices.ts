/**
 * The price list that aider finds in its home directory, so that it fetches none from the network.
 */
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"

/** Dollars of one reply of the scripted model, for gpt-4o. */
export const replyCostUsd = 0.0035

/** Any content keeps aider from looking for prices elsewhere. */
const prices = JSON.stringify({
  "openai/gpt-4o": {
    max_input_tokens: 128_000,
    max_output_tokens: 16_384,
    input_cost_per_token: 2.5e-6,
    output_cost_per_token: 1e-5,
    litellm_provider: "openai",
    mode: "chat"
  }
})

/** Puts it into the home of a project's sandbox. */
export const writeModelPrices = (homesDirectory: string, projectId: string): void =>
  writePricesInto(join(homesDirectory, projectId.replace("/", "+")))

/** Puts it into a home. */
export const writePricesInto = (home: string): void => {
  const caches = join(home, ".aider", "caches")
  mkdirSync(caches, { recursive: true })
  writeFileSync(join(caches, "model_prices_and_context_window.json"), prices)
}
