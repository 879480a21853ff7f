/**
 * What every project register has to do: an id belongs to one remote for ever.
 *
 * The suite shares one store; every test has projects of its own.
 */
import { assert, layer } from "@effect/vitest"
import { Array, Effect, type Layer, Option, Result } from "effect"
import { type Project, Projects } from "../../ports/Projects.ts"
import * as given from "../given.ts"

const ids = given.uniqueIds("projects")
const url = "https://example.test/acme/shop.git"
const made = (url_ = url): Project => ({
  projectId: ids().projectId,
  url: url_,
  registeredAt: given.startedAt
})

/** Registers the suite for one adapter. */
export const projectsContract = <E>(name: string, stores: Layer.Layer<Projects, E>): void => {
  layer(stores, { excludeTestServices: true })(`Projects contract: ${name}`, (it) => {
    it.effect("registers once and finds it as it is afterwards", () =>
      Effect.gen(function* () {
        const projects = yield* Projects
        const project = made()
        assert.deepStrictEqual(yield* projects.get(project.projectId), Option.none())
        assert.deepStrictEqual(yield* projects.register(project), project)
        const later = { ...project, registeredAt: project.registeredAt + 1 }
        assert.deepStrictEqual(yield* projects.register(later), project)
        assert.deepStrictEqual(yield* projects.get(project.projectId), Option.some(project))
      })
    )

    it.effect("refuses an id that is another remote's, and names what to do", () =>
      Effect.gen(function* () {
        const projects = yield* Projects
        const project = made()
        yield* projects.register(project)
        const other = { ...project, url: "https://example.test/other.git" }
        const result = yield* Effect.result(projects.register(other))
        assert(Result.isFailure(result))
        assert.strictEqual(result.failure.reason, "id_taken")
        assert.include(result.failure.message, url)
        assert.deepStrictEqual(yield* projects.get(project.projectId), Option.some(project))
      })
    )

    it.effect("of two remotes that want one id at once, one gets it", () =>
      Effect.gen(function* () {
        const projects = yield* Projects
        const project = made()
        const register = (index: number) =>
          Effect.result(projects.register({ ...project, url: `${url}?${index % 2}` }))
        const results = yield* Effect.forEach(Array.range(1, 8), register, { concurrency: "unbounded" })
        assert.lengthOf(results.filter(Result.isSuccess), 4)
      })
    )

    it.effect("lists by id", () =>
      Effect.gen(function* () {
        const projects = yield* Projects
        const some = [made(), made(), made()]
        for (const project of [...some].reverse()) yield* projects.register(project)
        const listed = yield* projects.list
        assert.includeDeepMembers([...listed], some)
        const sorted = listed.map((project) => project.projectId)
        assert.deepStrictEqual(sorted, [...sorted].sort())
      })
    )
  })
}
