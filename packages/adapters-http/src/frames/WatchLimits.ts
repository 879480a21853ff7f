/**
 * What watchers may use up. Part of the public contract, except for the sizes of buffers.
 */

/** Counts, bytes and milliseconds, as the names say. */
export interface WatchLimits {
  /** Open connections. */
  readonly connections: number
  /** Of these, connections that have not said who they are yet. */
  readonly unauthenticated: number
  /** Projects that one connection may watch. */
  readonly subscriptions: number
  /** A message from a client. */
  readonly inboundBytes: number
  /** Messages and pings from a client: on average per second, and how many may come at once. */
  readonly inboundPerSecond: number
  readonly inboundBurst: number
  /** From the connection to a valid token. */
  readonly authMs: number
  /** Between two pings; a connection that leaves two unanswered is ended. */
  readonly heartbeatMs: number
  /** What may wait for a client that does not read. */
  readonly outboundFrames: number
  readonly outboundBytes: number
  /** How long it may stay like that. */
  readonly stallMs: number
  /** From the close frame to the end of the connection, whether or not the client answers. */
  readonly closeMs: number
}

/** What applies when nobody says otherwise. */
export const defaultWatchLimits: WatchLimits = {
  connections: 512,
  unauthenticated: 64,
  subscriptions: 50,
  inboundBytes: 64 * 1024,
  inboundPerSecond: 20,
  inboundBurst: 100,
  authMs: 5_000,
  heartbeatMs: 25_000,
  outboundFrames: 256,
  outboundBytes: 1024 * 1024,
  stallMs: 10_000,
  closeMs: 5_000
}
