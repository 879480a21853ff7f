/**
 * The names under which a server answers: what it listens on, and what the operator adds.
 */
import { hostname, networkInterfaces } from "node:os"

const loopback = ["localhost", "127.0.0.1", "[::1]"]

const bracketed = (address: string): string => (address.includes(":") ? `[${address}]` : address)

const ownAddresses = (): ReadonlyArray<string> =>
  Object.values(networkInterfaces()).flatMap((known) =>
    (known ?? []).map(({ address }) => bracketed(address))
  )

/** Whether only this machine can reach an address. */
export const isLoopback = (host: string): boolean =>
  host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host)

/** Lower-case, without port. A wildcard address answers under every address of this machine. */
export const hostNames = (listening: string, added: ReadonlyArray<string>): ReadonlySet<string> => {
  const wildcard = listening === "0.0.0.0" || listening === "::"
  const own = wildcard ? [...ownAddresses(), hostname()] : [bracketed(listening)]
  return new Set([...loopback, ...own, ...added].map((name) => name.toLowerCase()))
}
