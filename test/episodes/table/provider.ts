/**
 * What happens between aider and the model's provider.
 */
import type { Episode } from "../support/Episode.ts"
import { block, says } from "../support/replies.ts"
import { delivered, failed, politeBlock, politeReply } from "../support/sampleProject.ts"

const ends = { verdicts: ["open"], execution: "error: agent" } as const
const waitsForQuota = { answers: [], requests: 5, verdicts: ["open"], execution: "waits: quota" } as const

export const provider: ReadonlyArray<Episode> = [
  {
    behaviour: "a call is never answered: aider gives it up and asks again",
    waits: true,
    run: { limits: { agentIdleMs: 25_000 } },
    answers: ["hang", politeReply],
    ...delivered
  },
  {
    behaviour: "an answer drips for ever: the run is ended as idle",
    waits: true,
    run: { limits: { agentIdleMs: 25_000 } },
    answers: [{ text: "", drips: "forever" }, politeReply],
    spent: ["agent_timeout"],
    ...delivered,
    says: ["printed nothing for too long"],
    paid: 1,
    asked: { 2: { has: ["The last run did not end in time."] } }
  },
  {
    behaviour: "an answer drips for longer than the whole run may take",
    waits: true,
    run: { limits: { agentMs: 25_000, rounds: 1 } },
    answers: [{ text: "", drips: "forever" }],
    spent: ["agent_timeout"],
    ...failed,
    says: ["did not end in time"],
    paid: 0
  },
  {
    behaviour: "the connection breaks off in the middle of an answer: aider asks again",
    answers: ["reset", politeReply],
    ...delivered
  },
  {
    behaviour: "HTTP 500, once: aider asks again",
    answers: [{ status: 500, message: "oops" }, politeReply],
    ...delivered
  },
  {
    behaviour: "HTTP 503, for ever",
    run: { limits: { attempts: 1 } },
    answers: [],
    afterwards: { status: 503, message: "overloaded" },
    requests: 5,
    verdicts: ["open"],
    execution: "waits: infrastructure",
    says: ["HTTP 503", "overloaded"]
  },
  {
    behaviour: "a web page instead of an answer: aider asks again",
    answers: [{ html: "<html><body>502 Bad Gateway</body></html>" }, politeReply],
    ...delivered
  },
  {
    behaviour: "HTTP 401: a bad key",
    answers: [{ status: 401, code: "invalid_api_key", message: "Incorrect API key provided" }],
    ...ends,
    says: ["does not accept the key", "Incorrect API key provided"]
  },
  {
    behaviour: "HTTP 403: a key that may not use the model",
    answers: [],
    afterwards: { status: 403, message: "Project has no access to the model" },
    requests: 5,
    ...ends,
    says: ["does not accept the key"]
  },
  {
    behaviour: "HTTP 404: an unknown model",
    answers: [{ status: 404, code: "model_not_found", message: "The model does not exist" }],
    ...ends,
    says: ["Check the model's name"]
  },
  {
    behaviour: "HTTP 400: the context window is exceeded",
    answers: [
      {
        status: 400,
        code: "context_length_exceeded",
        message: "This model's maximum context length is 128000 tokens."
      }
    ],
    ...ends,
    says: ["does not fit into the model's context"]
  },
  {
    behaviour: "HTTP 429 with Retry-After",
    ...waitsForQuota,
    afterwards: { status: 429, message: "Slow down", headers: { "retry-after": "3600" } },
    waitsFor: 3_600,
    says: ["Slow down"]
  },
  {
    behaviour: "HTTP 429 without Retry-After",
    ...waitsForQuota,
    afterwards: { status: 429, message: "Slow down" },
    waitsFor: 300,
    says: ["Slow down"]
  },
  {
    behaviour: "HTTP 429: the quota is used up after half of the work",
    ...waitsForQuota,
    answers: [says(politeBlock, block("src/greet.js", "exports.salute = 1\n", "exports.salute = 2\n"))],
    afterwards: { status: 429, code: "insufficient_quota", message: "You exceeded your current quota" },
    requests: 6,
    says: ["You exceeded your current quota"]
  },
  {
    behaviour: "HTTP 402: no credit",
    ...waitsForQuota,
    afterwards: { status: 402, message: "Insufficient credits" },
    says: ["Add credit"]
  },
  {
    behaviour: "the provider does not say what it charges",
    answers: [{ ...politeReply, counted: false }],
    ...delivered
  }
]
