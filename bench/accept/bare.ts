/**
 * A minimal server that does the same with Fastify and node:sqlite: it checks token and body, and stores idempotency
 * key, event, execution, the first journal record and the first frame in one commit, each once, before it answers.
 *
 * It has no lifecycle, replays nothing but the answer, and can do nothing else. Usage: bare.ts <folder> <projects>.
 */
import { createHash, randomUUID } from "node:crypto"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { fastify } from "fastify"
import { projectOf, token } from "./request.ts"
import { answerUsage } from "./usage.ts"

const [folder = "", projects = "0"] = process.argv.slice(2)

const database = new DatabaseSync(join(folder, "bare.sqlite"))
database.exec(`PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
CREATE TABLE project (project_id TEXT PRIMARY KEY, url TEXT NOT NULL);
CREATE TABLE idempotency (key_hash TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, expires_at INTEGER NOT NULL, answer TEXT NOT NULL);
CREATE TABLE client_event (event_hash TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, received_at INTEGER NOT NULL, event TEXT NOT NULL, answer TEXT NOT NULL);
CREATE TABLE execution (execution_id TEXT PRIMARY KEY, project_id TEXT NOT NULL, status TEXT NOT NULL, ended INTEGER NOT NULL, updated_at INTEGER NOT NULL, context TEXT NOT NULL);
CREATE UNIQUE INDEX execution_active ON execution (project_id) WHERE NOT ended;
CREATE TABLE journal (execution_id TEXT NOT NULL, seq INTEGER NOT NULL, at INTEGER NOT NULL, event TEXT NOT NULL, PRIMARY KEY (execution_id, seq));
CREATE TABLE frame (project_id TEXT NOT NULL, seq INTEGER NOT NULL, frame TEXT NOT NULL, PRIMARY KEY (project_id, seq));`)

const register = database.prepare("INSERT INTO project VALUES (?, ?)")
database.exec("BEGIN")
for (let index = 0; index < Number(projects); index++) {
  register.run(projectOf(index), `https://example.com/${projectOf(index)}.git`)
}
database.exec("COMMIT")

const findProject = database.prepare("SELECT url FROM project WHERE project_id = ?")
const findKey = database.prepare("SELECT fingerprint, answer FROM idempotency WHERE key_hash = ?")
const insertKey = database.prepare("INSERT INTO idempotency VALUES (?, ?, ?, ?)")
const insertEvent = database.prepare("INSERT INTO client_event VALUES (?, ?, ?, ?, ?)")
const insertExecution = database.prepare("INSERT INTO execution VALUES (?, ?, 'initializing', 0, ?, ?)")
const insertRecord = database.prepare("INSERT INTO journal VALUES (?, 1, ?, ?)")
const insertFrame = database.prepare("INSERT INTO frame VALUES (?, 1, ?)")

const hash = (text: string): string => createHash("sha256").update(text).digest("hex")

interface Body {
  readonly id: string
  readonly type: string
  readonly projectId: string
  readonly source?: string
  readonly options?: Readonly<Record<string, unknown>>
}

const settings = {
  agent: { id: "command", argv: ["/bin/true"], env: [] },
  identity: { name: "Ada", email: "ada@example.com" },
  limits: { rounds: 3, agentMs: 1_800_000, installMs: 600_000, buildMs: 900_000, failedTasks: 3 },
  delivery: "main",
  onFailure: "continue",
  noChange: "hold",
  requireVerify: false
}

/** One commit; undefined for a project that is not there. */
const accept = (body: Body, key: string): string | undefined => {
  const now = Date.now()
  const fingerprint = hash(JSON.stringify(body))
  const keyHash = hash(key)
  const known = findKey.get(keyHash)
  if (known !== undefined) return String(known["answer"])
  const project = findProject.get(body.projectId)
  if (project === undefined) return undefined
  const executionId = randomUUID()
  const answer = JSON.stringify({ eventId: body.id, executionId, status: "accepted" })
  const request = {
    projectId: body.projectId,
    executionId,
    eventId: body.id,
    scope: { _tag: "List" },
    settings: { ...settings, ...body.options, repository: { url: project["url"] } }
  }
  const frame = {
    type: "execution-update",
    ts: new Date(now).toISOString(),
    projectId: body.projectId,
    payload: { executionId, status: "initializing", cursor: "bare.1" }
  }
  database.exec("BEGIN IMMEDIATE")
  try {
    insertKey.run(keyHash, fingerprint, now + 6 * 60 * 60 * 1000, answer)
    insertEvent.run(hash(`${body.source} ${body.id}`), fingerprint, now, JSON.stringify(body), answer)
    insertExecution.run(executionId, body.projectId, now, JSON.stringify({ ...request, version: 1 }))
    insertRecord.run(executionId, now, JSON.stringify({ _tag: "ExecutionRequested", ...request }))
    insertFrame.run(body.projectId, JSON.stringify(frame))
    database.exec("COMMIT")
  } catch (error) {
    database.exec("ROLLBACK")
    throw error
  }
  return answer
}

const app = fastify({ bodyLimit: 1024 * 1024 })
app.post<{ Body: Body }>(
  "/events",
  {
    schema: {
      body: {
        type: "object",
        required: ["id", "type", "projectId"],
        additionalProperties: false,
        properties: {
          id: { type: "string", minLength: 1, maxLength: 255 },
          type: { type: "string", minLength: 1, maxLength: 200 },
          projectId: { type: "string", pattern: "^[a-z0-9._-]+(/[a-z0-9._-]+)?$" },
          source: { type: "string", minLength: 1, maxLength: 255 },
          task: { type: "string", minLength: 1, maxLength: 200 },
          data: {},
          options: { type: "object" }
        }
      }
    }
  },
  (request, reply) => {
    const { authorization, "idempotency-key": key } = request.headers
    if (authorization !== `Bearer ${token}`) return reply.code(401).send({ detail: "No valid token." })
    const answer = accept(request.body, typeof key === "string" ? key : "")
    if (answer === undefined) return reply.code(422).send({ detail: "There is no such project." })
    return reply.code(202).type("application/json").send(answer)
  }
)
await app.listen({ host: "127.0.0.1", port: 0 })
const address = app.server.address()
answerUsage(typeof address === "object" && address !== null ? address.port : 0)
