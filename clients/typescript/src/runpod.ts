// Jobs over RunPod: `/run` or `/runsync`, then `/status` until there is an answer.

import { type Answer, answerOf, failureOf, followed } from "./answers.js";
import { type Job, runpodBody } from "./documents.js";
import { ExtractionFailed, JobCancelled, JobTimedOut, NoAnswer, ZopilotError } from "./errors.js";
import { type Call, checkedBase, isObject, jsonOf, once, type Reply, sent, type Terms, Tries } from "./sending.js";

// RunPod's limits on a request: https://docs.runpod.io/serverless/endpoints/operation-reference
const MOST_BYTES = { run: 10 * 2 ** 20, runsync: 20 * 2 ** 20 };
const ADVICE = { run: 'pass a URL, or use route: "runsync", which takes 20 MiB', runsync: "pass a URL" };
const TERMINAL = ["COMPLETED", "FAILED", "CANCELLED", "TIMED_OUT"];
// How long RunPod may hold a request for `/runsync`, and how much longer the connection may take. The job's own time
// ends later: whoever goes before the reply does not know the job's id, and cannot cancel it.
const WAIT_MS = { least: 1000, most: 90_000 };
const BEFORE_THE_END_MS = 2000;
const SLACK_MS = 30_000;
const CANCEL_MS = 5000;

export interface RunPodOptions {
  /** RunPod's, or what `RUNPOD_ENDPOINT_BASE_URL` says, as for RunPod's own client */
  baseUrl?: string;
  /** `runsync` saves a short job a request, and is the only one for requests over 10 MiB */
  route?: "run" | "runsync";
  /** the first and the longest wait between looks at a job */
  pollMs?: { first: number; most: number };
}

interface Envelope extends Record<string, unknown> {
  id: string;
  status: string;
}

/** An endpoint of RunPod's. */
export class RunPod {
  readonly #apiKey: string;
  private readonly url: string;
  private readonly route: "run" | "runsync";
  private readonly pollMs: { first: number; most: number };

  constructor(endpointId: string, apiKey: string, options: RunPodOptions = {}) {
    const base = options.baseUrl ?? process.env.RUNPOD_ENDPOINT_BASE_URL ?? "https://api.runpod.ai/v2";
    this.#apiKey = apiKey;
    this.url = `${checkedBase(base)}/${endpointId}`;
    this.route = options.route ?? "run";
    this.pollMs = options.pollMs ?? { first: 500, most: 5000 };
  }

  /** The answer to a job. A job that failed and may not fail again is sent again. */
  async extract(job: Job, terms: Terms): Promise<Answer> {
    const tries = new Tries(terms);
    for (;;) {
      try {
        return await this.once(job, terms, tries);
      } catch (error) {
        if (!(error instanceof ExtractionFailed)) throw error;
        await tries.pause(error);
      }
    }
  }

  private async once(job: Job, terms: Terms, tries: Tries): Promise<Answer> {
    const submitted = envelopeOf(await sent(await this.submission(job, terms), terms, tries));
    const jobId = submitted.id;
    try {
      const ended = await this.awaited(submitted, terms);
      return await followed(outcomeOf(ended), job, terms);
    } catch (error) {
      if (error instanceof ZopilotError) error.jobId = jobId;
      throw error;
    }
  }

  private async submission(job: Job, terms: Terms): Promise<Call> {
    const text = await runpodBody(job, MOST_BYTES[this.route], ADVICE[this.route]);
    if (this.route === "run") return this.call("POST", "run", WAIT_MS.most + SLACK_MS, text);
    const waitMs = Math.round(Math.max(WAIT_MS.least, Math.min(WAIT_MS.most, terms.leftMs - BEFORE_THE_END_MS)));
    return this.call("POST", `runsync?wait=${waitMs}`, waitMs + SLACK_MS, text);
  }

  /** The envelope of the job when it has ended. One that is not waited for to its end is cancelled. */
  private async awaited(submitted: Envelope, terms: Terms): Promise<Envelope> {
    let seen = submitted;
    let told = "";
    let waitMs = this.pollMs.first;
    try {
      while (!TERMINAL.includes(seen.status)) {
        const progress = progressOf(seen);
        if (JSON.stringify(progress) !== told) terms.progress?.(progress);
        told = JSON.stringify(progress);
        await terms.pause(waitMs);
        waitMs = Math.min(this.pollMs.most, 1.5 * waitMs);
        const look = this.call("GET", `status/${submitted.id}`, SLACK_MS);
        seen = envelopeOf(await sent(look, terms, new Tries(terms)));
      }
      return seen;
    } catch (error) {
      const cancel = this.call("POST", `cancel/${submitted.id}`, CANCEL_MS);
      await once(cancel, terms.fetched, undefined).catch(() => undefined);
      throw error;
    }
  }

  private call(method: "GET" | "POST", path: string, timeoutMs: number, text?: string): Call {
    const headers: Record<string, string> = { Authorization: `Bearer ${this.#apiKey}` };
    const call: Call = { method, url: `${this.url}/${path}`, headers, timeoutMs };
    if (text === undefined) return call;
    headers["Content-Type"] = "application/json";
    return { ...call, body: () => text };
  }
}

function envelopeOf(reply: Reply): Envelope {
  const said = jsonOf(reply);
  if (isObject(said) && typeof said.id === "string" && typeof said.status === "string") return said as Envelope;
  throw new NoAnswer("NO_ANSWER", "what came is not RunPod's; is the base URL right?", { status: reply.status });
}

function progressOf({ status, output }: Envelope) {
  const said = isObject(output) ? output : {};
  return {
    status,
    stage: String(said.stage ?? ""),
    pagesDone: Number(said.pages_done ?? 0),
    pagesTotal: Number(said.pages_total ?? 0),
  };
}

/** The answer in the envelope of a job that has ended. Throws what it says instead. */
function outcomeOf(envelope: Envelope): Answer {
  const { id: jobId, status, output } = envelope;
  switch (status) {
    case "TIMED_OUT":
      throw new JobTimedOut("JOB_TIMED_OUT", "RunPod ended the job: its time in the queue or at work was up", { jobId });
    case "CANCELLED":
      throw new JobCancelled("JOB_CANCELLED", "the job was cancelled", { jobId });
    case "FAILED": {
      const said = isObject(output) ? output : {};
      throw failureOf({ ...said, error: envelope.error ?? said.error }, { jobId });
    }
    default:
      return answerOf(output, jobId);
  }
}
