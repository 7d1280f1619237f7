// Jobs over the worker's own HTTP door: one request to `/extract`, or one to `/jobs` and looks at what became of it.

import { randomUUID } from "node:crypto";
import { type Answer, answerOf, failureOf, followed } from "./answers.js";
import { formOf, type Job } from "./documents.js";
import { ExtractionFailed, NoAnswer, RequestRefused, ZopilotError } from "./errors.js";
import { type Call, checkedBase, isObject, type JobProgress, jsonOf, refusalOf, type Reply, sent, statusName, type Terms, Tries } from "./sending.js";
import { awaited, POLL_MS, type PollMs, type State, stateOf } from "./waiting.js";

const LOOK_MS = 60_000;
const CANCEL_MS = 5000;
const WHOSE = "the HTTP door's";

export interface HttpDoorOptions {
  /**
   * `extract` is one request, open until the document is read; `jobs` is for long documents, and for whatever stands in
   * between and ends requests early: the job is looked at, and `progress` is told
   */
  route?: "extract" | "jobs";
  /** the waits between looks at a job */
  pollMs?: PollMs;
}

/** A worker's HTTP door. Whoever goes away stops the job. */
export class HttpDoor {
  readonly #apiKey: string | undefined;
  readonly #headers: Record<string, string>;
  private readonly base: string;
  private readonly route: "extract" | "jobs";
  private readonly pollMs: PollMs;

  /** `headers` are for what stands before it: RunPod's load balancer wants its own key. */
  constructor(baseUrl: string, apiKey?: string, headers: Record<string, string> = {}, options: HttpDoorOptions = {}) {
    this.#apiKey = apiKey;
    this.#headers = headers;
    this.base = checkedBase(baseUrl);
    this.route = options.route ?? "extract";
    this.pollMs = options.pollMs ?? POLL_MS;
  }

  /** The answer to a job. A job of the worker's queue that failed and may not fail again is sent again. */
  async extract(job: Job, terms: Terms): Promise<Answer> {
    const tries = new Tries(terms);
    if (this.route === "extract") return this.answered(job, terms, tries);
    for (;;) {
      const ended = await this.ended(job, terms, tries);
      try {
        return await followed(answerOf(ended.output, ended.id), job, terms);
      } catch (error) {
        if (error instanceof ZopilotError) error.jobId = ended.id;
        if (!(error instanceof ExtractionFailed)) throw error;
        await tries.pause(error);
      }
    }
  }

  private async answered(job: Job, terms: Terms, tries: Tries): Promise<Answer> {
    const reply = await sent(this.submission("extract", job), terms, tries, refused);
    const said = jsonOf(reply);
    if (said === undefined) {
      throw new NoAnswer("NO_ANSWER", "what came is not JSON; is the base URL right?", { status: reply.status });
    }
    return followed(answerOf(said), job, terms);
  }

  /** What is said of a job when it has ended. */
  private async ended(job: Job, terms: Terms, tries: Tries): Promise<State> {
    // Sent again after a connection that broke, it is the same job, and is not begun twice.
    const submission = this.submission("jobs", job, { "Idempotency-Key": randomUUID() });
    const submitted = stateOf(await sent(submission, terms, tries, refused), WHOSE);
    const look: Call = { ...this.call("GET", `jobs/${submitted.id}`), timeoutMs: LOOK_MS };
    const cancel: Call = { ...this.call("DELETE", `jobs/${submitted.id}`), timeoutMs: CANCEL_MS };
    const watch = { look, cancel, whose: WHOSE, progressOf, pollMs: this.pollMs, refusal: refused };
    try {
      return await awaited(submitted, watch, terms);
    } catch (error) {
      if (error instanceof ZopilotError) error.jobId = submitted.id;
      throw error;
    }
  }

  private call(method: Call["method"], path: string, added: Record<string, string> = {}): Call {
    const key = this.#apiKey === undefined ? {} : { "X-API-Key": this.#apiKey };
    return { method, url: `${this.base}/${path}`, headers: { ...this.#headers, ...key, ...added } };
  }

  private submission(path: string, job: Job, added: Record<string, string> = {}): Call {
    if (job.document !== undefined) return { ...this.call("POST", path, added), body: () => formOf(job) };
    const json = this.call("POST", path, { ...added, "Content-Type": "application/json" });
    return { ...json, body: () => JSON.stringify(job.keys) };
  }
}

function progressOf(state: State): JobProgress {
  const { pages, stage } = state.progress as { pages: { done: number; total: number }; stage: string };
  return { status: state.status, stage, pagesDone: pages.done, pagesTotal: pages.total };
}

/** What the worker says of its failure; what HTTP itself refuses is named after the status. */
function refused(reply: Reply): ZopilotError | undefined {
  const refusal = refusalOf(reply);
  const said = refusal && jsonOf(reply);
  if (refusal === undefined || !isObject(said) || typeof said.error_code !== "string") return refusal;
  const failure = failureOf(said, refusal);
  if (failure.code !== statusName(reply.status)) return failure;
  return new RequestRefused(failure.code, failure.reason, failure);
}
