/** A seeded source of choices: the same seed gives the same test. */
export interface Random {
  readonly int: (below: number) => number
  readonly chance: (probability: number) => boolean
  readonly pick: <A>(from: ReadonlyArray<A>) => A
}

export const makeRandom = (seed: number): Random => {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const int = (below: number) => Math.floor(next() * below)
  return {
    int,
    chance: (probability) => next() < probability,
    pick: (from) => {
      const chosen = from[int(from.length)]
      if (chosen === undefined) throw new Error("nothing to pick from")
      return chosen
    }
  }
}

/** How many random documents a property is tried on. */
export const rounds = Number(process.env["DEVTEAM_TEST_ROUNDS"] ?? 150)

/** Runs a property once per seed; a failure names the seed. */
export const forSeeds = (property: (random: Random, seed: number) => void): void => {
  for (let seed = 1; seed <= rounds; seed++) {
    try {
      property(makeRandom(seed), seed)
    } catch (cause) {
      throw new Error(`seed ${seed}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
    }
  }
}
