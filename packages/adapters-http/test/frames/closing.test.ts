import { assert, describe, it } from "@effect/vitest"
import { layerMemory } from "@devteam/core/testing/memory/Stores"
import * as given from "@devteam/core/testing/given"
import { Effect } from "effect"
import { access, startHub, token } from "./support/hubServer.ts"
import { producer, textsOf } from "./support/produce.ts"
import { connectTo, type Ending, opened } from "./support/watchClient.ts"

const projectId = given.projectId()
const query = `?projectId=${encodeURIComponent(projectId)}&after=0`
const anonymous = { headers: {} }

const wait = <A>(promise: Promise<A>) => Effect.promise(() => promise)
const codeOf = (ending: Promise<Ending>) => wait(ending.then(({ code }) => code))

describe("who may watch", () => {
  it.live("the token may come in the header, as a subprotocol or as the first message", () =>
    Effect.gen(function* () {
      const { url } = yield* startHub()
      yield* (yield* producer(projectId))("hello")
      const byHeader = connectTo(url + query)
      const bySubprotocol = connectTo(url + query, { protocols: ["devteam.v1", `devteam.bearer.${token}`] })
      const byBearerAlone = connectTo(url + query, { protocols: [`devteam.bearer.${token}`] })
      const byMessage = yield* wait(opened(connectTo(url + query, anonymous)))
      byMessage.send({ type: "auth", token })
      const laterSubscribed = yield* wait(opened(connectTo(url, anonymous)))
      laterSubscribed.send({ type: "auth", token })
      laterSubscribed.send({ type: "subscribe", projectId, after: 0 })
      for (const client of [byHeader, bySubprotocol, byBearerAlone, byMessage, laterSubscribed]) {
        yield* wait(client.reach(1))
        assert.deepStrictEqual(textsOf(client.frames), ["hello"])
      }
      assert.strictEqual(bySubprotocol.socket.protocol, "devteam.v1")
    }).pipe(Effect.provide(layerMemory))
  )

  it.live("a server without a token asks for none", () =>
    Effect.gen(function* () {
      const open = { ...access, authorize: () => Effect.succeed({ mayWatch: () => true }) }
      const { url } = yield* startHub({ access: open })
      yield* (yield* producer(projectId))("hello")
      const client = connectTo(url + query, anonymous)
      yield* wait(client.reach(1))
      assert.deepStrictEqual(textsOf(client.frames), ["hello"])
    }).pipe(Effect.provide(layerMemory))
  )

  it.live("nothing is told before the token is checked, and a token in the query is none", () =>
    Effect.gen(function* () {
      const { url } = yield* startHub({ limits: { authMs: 150 } })
      const append = yield* producer(projectId)
      yield* append("before")
      const silent = connectTo(url + query, anonymous)
      const inQuery = connectTo(`${url}${query}&token=${token}&access_token=${token}`, anonymous)
      const wrong = connectTo(url + query, { headers: { authorization: "Bearer wrong" } })
      const wrongProtocol = connectTo(url + query, { protocols: ["devteam.v1", "devteam.bearer.wrong"] })
      const wrongMessage = yield* wait(opened(connectTo(url + query, anonymous)))
      wrongMessage.send({ type: "auth", token: "wrong" })
      wrongMessage.send({ type: "subscribe", projectId, after: 0 })
      const hasty = yield* wait(opened(connectTo(url + query, anonymous)))
      hasty.send({ type: "subscribe", projectId, after: 0 })
      yield* append("after")
      assert.strictEqual(yield* codeOf(silent.ended), 4408)
      assert.strictEqual(yield* codeOf(inQuery.ended), 4408)
      for (const client of [wrong, wrongProtocol, wrongMessage, hasty]) {
        assert.strictEqual(yield* codeOf(client.ended), 4401)
      }
      for (const client of [silent, inQuery, wrong, wrongProtocol, wrongMessage, hasty]) {
        assert.deepStrictEqual(client.frames, [])
      }
    }).pipe(Effect.provide(layerMemory))
  )

  it.live("a token that is checked slowly gives no data meanwhile, and is not forgotten", () =>
    Effect.gen(function* () {
      const asked = Promise.withResolvers<void>()
      const checked = Promise.withResolvers<void>()
      const authorize = (given: string | undefined) =>
        given === undefined
          ? Effect.succeed(undefined)
          : Effect.promise(async () => {
              asked.resolve()
              await checked.promise
              return { mayWatch: () => true }
            })
      const { url } = yield* startHub({ access: { ...access, authorize } })
      yield* (yield* producer(projectId))("hello")
      const client = yield* wait(opened(connectTo(url, anonymous)))
      client.send({ type: "auth", token })
      client.send({ type: "subscribe", projectId, after: 0 })
      yield* wait(asked.promise)
      assert.deepStrictEqual(client.frames, [])
      checked.resolve()
      yield* wait(client.reach(1))
    }).pipe(Effect.provide(layerMemory))
  )

  it.live("pages of other origins and other host names are refused before the upgrade", () =>
    Effect.gen(function* () {
      const { url, port, hub } = yield* startHub()
      const authorization = `Bearer ${token}`
      const refused = [
        { authorization, origin: "https://evil.example" },
        { authorization, origin: "null" },
        { authorization, host: "evil.example" }
      ]
      for (const headers of refused) {
        const ending = yield* wait(connectTo(url + query, { headers }).ended)
        assert.deepStrictEqual(ending, { code: 1006, reason: "", status: 403 })
      }
      assert.strictEqual(hub.clients(), 0)
      const own = yield* wait(
        opened(connectTo(url + query, { headers: { authorization, origin: `http://127.0.0.1:${port}` } }))
      )
      assert.strictEqual(hub.clients(), 1)
      own.socket.terminate()
      const elsewhere = yield* wait(connectTo(url.replace("/ws/devteam", "/ws/other")).ended)
      assert.strictEqual(elsewhere.status, 404)
    }).pipe(Effect.provide(layerMemory))
  )
})

describe("how a connection is closed", () => {
  const endingOf = (message: unknown, path = "") =>
    Effect.gen(function* () {
      const { url } = yield* startHub({ limits: { subscriptions: 2 } })
      const client = yield* wait(opened(connectTo(url + path)))
      if (message !== undefined) client.send(message)
      return yield* wait(client.ended)
    }).pipe(Effect.scoped, Effect.provide(layerMemory))

  it.live("4400 for what cannot be understood", () =>
    Effect.gen(function* () {
      const messages = [
        "{",
        "null",
        "[]",
        '"subscribe"',
        { type: "subscribe" },
        { type: "subscribe", projectId: "No Such Name" },
        { type: "subscribe", projectId, after: -1 },
        { type: "subscribe", projectId, after: "no cursor" },
        { type: "unsubscribe", projectId },
        { type: "auth" }
      ]
      for (const message of messages) {
        const { code } = yield* endingOf(message)
        assert.strictEqual(code, 4400, JSON.stringify(message))
      }
      for (const path of ["?projectId=A", "?projectId=acme/shop&after=x", "?after=3"]) {
        const { code } = yield* endingOf(undefined, path)
        assert.strictEqual(code, 4400, path)
      }
    })
  )

  it.live("4403 for a project that the token does not allow", () =>
    Effect.gen(function* () {
      const one = {
        ...access,
        authorize: () => Effect.succeed({ mayWatch: (id: string) => id === projectId })
      }
      const { url } = yield* startHub({ access: one })
      yield* (yield* producer(projectId))("mine")
      const client = connectTo(url + query)
      yield* wait(client.reach(1))
      client.send({ type: "subscribe", projectId: "acme/other" })
      assert.strictEqual(yield* codeOf(client.ended), 4403)
    }).pipe(Effect.provide(layerMemory))
  )

  it.live("1009 for a message of more than 64 KiB, also in fragments", () =>
    Effect.gen(function* () {
      const { url } = yield* startHub()
      const whole = yield* wait(opened(connectTo(url)))
      whole.send(JSON.stringify({ type: "subscribe", projectId, more: "x".repeat(70_000) }))
      assert.strictEqual(yield* codeOf(whole.ended), 1009)
      const parts = yield* wait(opened(connectTo(url)))
      for (let part = 0; part < 20; part += 1) parts.socket.send("x".repeat(4_000), { fin: false })
      assert.strictEqual(yield* codeOf(parts.ended), 1009)
    }).pipe(Effect.provide(layerMemory))
  )

  it.live("4429 for too many messages, pings, projects or connections", () =>
    Effect.gen(function* () {
      const limits = { inboundBurst: 20, subscriptions: 2, connections: 3, unauthenticated: 2 }
      const { url } = yield* startHub({ limits })
      const chatty = yield* wait(opened(connectTo(url)))
      for (let sent = 0; sent < 30; sent += 1) chatty.send({ type: "subscribe", projectId })
      assert.strictEqual(yield* codeOf(chatty.ended), 4429)
      const pinging = yield* wait(opened(connectTo(url)))
      for (let sent = 0; sent < 30; sent += 1) pinging.socket.ping()
      assert.strictEqual(yield* codeOf(pinging.ended), 4429)
      const greedy = yield* wait(opened(connectTo(url)))
      for (const name of ["a", "b", "a", "c"]) greedy.send({ type: "subscribe", projectId: name })
      assert.strictEqual(yield* codeOf(greedy.ended), 4429)

      const anonymousOnes = [1, 2, 3].map(() => connectTo(url, anonymous))
      assert.strictEqual(
        yield* wait(Promise.race(anonymousOnes.map(({ ended }) => ended.then(({ code }) => code)))),
        4429
      )
      for (const client of anonymousOnes) client.socket.terminate()
      yield* wait(Promise.all(anonymousOnes.map(({ ended }) => ended)))
    }).pipe(Effect.provide(layerMemory))
  )

  it.live("4429 for one connection more than there may be; a closed one makes room", () =>
    Effect.gen(function* () {
      const { url } = yield* startHub({ limits: { connections: 2 } })
      const first = yield* wait(opened(connectTo(url)))
      yield* wait(opened(connectTo(url)))
      assert.strictEqual(yield* codeOf(connectTo(url).ended), 4429)
      first.socket.close()
      yield* wait(first.ended)
      yield* (yield* producer(projectId))("room")
      const next = connectTo(url + query)
      yield* wait(next.reach(1))
    }).pipe(Effect.provide(layerMemory))
  )

  it.live("a client that answers no pings is ended; one that does stays", () =>
    Effect.gen(function* () {
      const { url } = yield* startHub({ limits: { heartbeatMs: 40 } })
      const good = yield* wait(opened(connectTo(url + query)))
      const dead = yield* wait(opened(connectTo(url + query)))
      let pings = 0
      const tenPings = new Promise<void>((resolve) => {
        good.socket.on("ping", () => ((pings += 1) === 10 ? resolve() : undefined))
      })
      // What is not read is not answered.
      dead.socket.pause()
      yield* wait(tenPings)
      dead.socket.resume()
      assert.strictEqual(yield* codeOf(dead.ended), 1006)
      assert.strictEqual(good.socket.readyState, good.socket.OPEN)
    }).pipe(Effect.provide(layerMemory))
  )

  it.live("1012 when the server goes down; whoever comes then is refused", () =>
    Effect.gen(function* () {
      const { url, hub } = yield* startHub()
      const clients = [1, 2, 3].map(() => connectTo(url + query))
      yield* wait(Promise.all(clients.map(opened)))
      yield* hub.close
      for (const client of clients) assert.strictEqual(yield* codeOf(client.ended), 1012)
      assert.strictEqual(hub.clients(), 0)
      assert.strictEqual((yield* wait(connectTo(url).ended)).status, 503)
    }).pipe(Effect.provide(layerMemory))
  )

  it.live("a client that does not answer the close frame does not hold up the server", () =>
    Effect.gen(function* () {
      const { url, hub } = yield* startHub({ limits: { closeMs: 100 } })
      const client = yield* wait(opened(connectTo(url + query)))
      client.socket.pause()
      yield* hub.close
      assert.strictEqual(hub.clients(), 0)
      client.socket.terminate()
    }).pipe(Effect.provide(layerMemory))
  )
})
