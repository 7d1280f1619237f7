// Jobs over RunPod: `/run` or `/runsync`, then `/status` until there is an answer.

import { type Answer, answerOf, failureOf, followed } from "./answers.js";
import { type Job, runpodBody } from "./documents.js";
import { ExtractionFailed, JobCancelled, JobTimedOut, ZopilotError } from "./errors.js";
import { type Call, checkedBase, isObject, type JobProgress, sent, type Terms, Tries } from "./sending.js";
import { awaited, POLL_MS, type PollMs, type State, stateOf } from "./waiting.js";

// RunPod's limits on a request: https://docs.runpod.io/serverless/endpoints/operation-reference
const MOST_BYTES = { run: 10 * 2 ** 20, runsync: 20 * 2 ** 20 };
const ADVICE = { run: 'pass a URL, or use route: "runsync", which takes 20 MiB', runsync: "pass a URL" };
// How long RunPod may hold a request for `/runsync`, and how much longer the connection may take. The job's own time
// ends later: whoever goes before the reply does not know the job's id, and cannot cancel it.
const WAIT_MS = { least: 1000, most: 90_000 };
const BEFORE_THE_END_MS = 2000;
const SLACK_MS = 30_000;
const CANCEL_MS = 5000;
const WHOSE = "RunPod's";

export interface RunPodOptions {
  /** RunPod's, or what `RUNPOD_ENDPOINT_BASE_URL` says, as for RunPod's own client */
  baseUrl?: string;
  /** `runsync` saves a short job a request, and is the only one for requests over 10 MiB */
  route?: "run" | "runsync";
  /** the waits between looks at a job */
  pollMs?: PollMs;
}

/** An endpoint of RunPod's. */
export class RunPod {
  readonly #apiKey: string;
  private readonly url: string;
  private readonly route: "run" | "runsync";
  private readonly pollMs: PollMs;

  constructor(endpointId: string, apiKey: string, options: RunPodOptions = {}) {
    const base = options.baseUrl ?? process.env.RUNPOD_ENDPOINT_BASE_URL ?? "https://api.runpod.ai/v2";
    this.#apiKey = apiKey;
    this.url = `${checkedBase(base)}/${endpointId}`;
    this.route = options.route ?? "run";
    this.pollMs = options.pollMs ?? POLL_MS;
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
    const submitted = stateOf(await sent(await this.submission(job, terms), terms, tries), WHOSE);
    const jobId = submitted.id;
    const look = this.call("GET", `status/${jobId}`, SLACK_MS);
    const cancel = this.call("POST", `cancel/${jobId}`, CANCEL_MS);
    try {
      const ended = await awaited(submitted, { look, cancel, whose: WHOSE, progressOf, pollMs: this.pollMs }, terms);
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

  private call(method: "GET" | "POST", path: string, timeoutMs: number, text?: string): Call {
    const headers: Record<string, string> = { Authorization: `Bearer ${this.#apiKey}` };
    const call: Call = { method, url: `${this.url}/${path}`, headers, timeoutMs };
    if (text === undefined) return call;
    headers["Content-Type"] = "application/json";
    return { ...call, body: () => text };
  }
}

function progressOf({ status, output }: State): JobProgress {
  const said = isObject(output) ? output : {};
  return {
    status,
    stage: String(said.stage ?? ""),
    pagesDone: Number(said.pages_done ?? 0),
    pagesTotal: Number(said.pages_total ?? 0),
  };
}

/** The answer in the envelope of a job that has ended. Throws what it says instead. */
function outcomeOf(envelope: State): Answer {
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
