/** Which lockfiles follow a changed manifest, and with which command. */
import { assert, describe, it } from "@effect/vitest"
import { foldersToSync, lockfileSync } from "../../src/verification/lockfileSync.ts"
import type { ManifestChange } from "../../src/verification/policy.ts"

const manifest = (
  before: object | undefined,
  after: object | undefined,
  path = "package.json"
): ManifestChange => ({
  path,
  before: before && JSON.stringify(before),
  after: after && JSON.stringify(after)
})
const dependsOn = (version: string) => ({ name: "shop", dependencies: { a: version } })
const newDependency = manifest(dependsOn("1"), dependsOn("2"))

const folders = (manifests: ReadonlyArray<ManifestChange>, paths: ReadonlyArray<string>) =>
  foldersToSync({ changed: manifests.map(({ path }) => path), manifests, paths })

describe("lockfiles that have to follow", () => {
  it("are those of manifests whose dependencies changed", () => {
    const paths = ["package.json", "package-lock.json"]
    assert.deepStrictEqual(folders([newDependency], paths), [""])
    assert.deepStrictEqual(folders([manifest(undefined, dependsOn("1"))], paths), [""])
    assert.deepStrictEqual(folders([newDependency], ["package.json"]), [], "there is none")
    const script = manifest({ ...dependsOn("1"), scripts: {} }, { ...dependsOn("1"), scripts: { a: "b" } })
    assert.deepStrictEqual(folders([script], paths), [], "nothing that a lockfile repeats")
    const reordered = manifest({ dependencies: { a: "1", b: "1" } }, { dependencies: { b: "1", a: "1" } })
    assert.deepStrictEqual(folders([reordered], paths), [], "only the order changed")
    const unreadable = { path: "package.json", before: "{}", after: "{ broken" }
    assert.deepStrictEqual(folders([unreadable], paths), [], "verification says so")
    const overrides = manifest({ name: "a" }, { name: "a", pnpm: { overrides: { b: "1" } } })
    assert.deepStrictEqual(folders([overrides], ["pnpm-lock.yaml"]), [""])
  })

  it("are the nearest ones upwards: a workspace's is the root's, a project of its own has its own", () => {
    const workspace = manifest(undefined, { name: "@shop/cart" }, "packages/cart/package.json")
    const gone = manifest({ name: "@shop/old" }, undefined, "packages/old/package.json")
    const own = manifest(dependsOn("1"), dependsOn("2"), "web/package.json")
    const paths = ["package-lock.json", "web/pnpm-lock.yaml"]
    assert.deepStrictEqual(folders([workspace], paths), [""])
    assert.deepStrictEqual(folders([gone], paths), [""])
    assert.deepStrictEqual(folders([workspace, own, gone], paths), ["", "web"])
    assert.deepStrictEqual(folders([own], ["api/package-lock.json"]), [])
  })

  it("follow the settings of a pnpm workspace as well", () => {
    const changed = ["pnpm-workspace.yaml"]
    assert.deepStrictEqual(foldersToSync({ changed, manifests: [], paths: ["pnpm-lock.yaml"] }), [""])
  })
})

describe("a sync", () => {
  const sync = (
    paths: ReadonlyArray<string>,
    more: {
      folder?: string
      packageManager?: string
      yarnLock?: string
      changedNow?: ReadonlyArray<string>
    } = {}
  ) =>
    lockfileSync(more.folder ?? "", {
      packageJson: JSON.stringify({ packageManager: more.packageManager }),
      yarnLock: more.yarnLock,
      paths,
      changedNow: more.changedNow ?? ["package.json"]
    })
  const command = (...args: Parameters<typeof sync>) => sync(...args)?.argv.join(" ")

  it("is made by the manager that installs", () => {
    assert.strictEqual(command(["package-lock.json"]), "npm install --package-lock-only --ignore-scripts")
    assert.match(command(["pnpm-lock.yaml"]) ?? "", /^pnpm install --lockfile-only --ignore-scripts/)
    assert.match(command(["bun.lock"]) ?? "", /^bun install --lockfile-only/)
    assert.match(command(["yarn.lock"]) ?? "", /^yarn install --ignore-scripts/)
    const berry = "yarn install --no-immutable --mode=update-lockfile"
    assert.strictEqual(command(["yarn.lock"], { yarnLock: "__metadata:\n" }), berry)
    const both = ["package-lock.json", "pnpm-lock.yaml"]
    assert.match(command(both, { packageManager: "pnpm@10.0.0" }) ?? "", /^pnpm /)
    assert.match(command(["package-lock.json", "web/pnpm-lock.yaml"], { folder: "web" }) ?? "", /^pnpm /)
  })

  it("is left out where this round changed the lockfile, and made again where an older round did", () => {
    assert.isUndefined(sync(["package-lock.json"], { changedNow: ["package.json", "package-lock.json"] }))
    assert.isDefined(sync(["package-lock.json"], { changedNow: ["package.json"] }))
    const web = ["package-lock.json", "web/pnpm-lock.yaml"]
    assert.isUndefined(sync(web, { folder: "web", changedNow: ["web/pnpm-lock.yaml"] }))
    assert.isDefined(sync(web, { folder: "web", changedNow: ["package-lock.json"] }))
  })

  it("takes over nothing but the lockfile", () => {
    const kept = sync(["package-lock.json"])?.keeps
    assert.isTrue(kept?.("package-lock.json"))
    for (const path of ["package.json", "node_modules/a/index.js", "web/package-lock.json"])
      assert.isFalse(kept?.(path), path)
    const nested = sync(["web/pnpm-lock.yaml"], { folder: "web" })?.keeps
    assert.isTrue(nested?.("web/pnpm-lock.yaml"))
    assert.isFalse(nested?.("pnpm-lock.yaml"))
  })

  it("takes over Yarn's cache and loader where the repository holds them, and makes them", () => {
    const yarnLock = "__metadata:\n"
    const lean = sync(["yarn.lock"], { yarnLock })
    assert.isFalse(lean?.keeps(".yarn/cache/a.zip"))
    const full = sync(["yarn.lock", ".pnp.cjs", ".yarn/cache/a.zip"], { yarnLock })
    assert.strictEqual(full?.argv.join(" "), "yarn install --no-immutable --mode=skip-build")
    for (const path of ["yarn.lock", ".pnp.cjs", ".yarn/cache/b.zip"]) assert.isTrue(full?.keeps(path), path)
    assert.isFalse(full?.keeps(".yarn/install-state.gz"))
  })
})
