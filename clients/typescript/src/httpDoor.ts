// Jobs over the worker's own HTTP door: one request to `/extract`, which is answered when the document is read.

import { type Answer, answerOf, failureOf, followed } from "./answers.js";
import { formOf, type Job } from "./documents.js";
import { NoAnswer, RequestRefused, type ZopilotError } from "./errors.js";
import { type Call, checkedBase, isObject, jsonOf, refusalOf, type Reply, sent, statusName, type Terms, Tries } from "./sending.js";

/** A worker's HTTP door. Whoever goes away stops the job. */
export class HttpDoor {
  readonly #apiKey: string | undefined;
  readonly #headers: Record<string, string>;
  private readonly url: string;

  /** `headers` are for what stands before it: RunPod's load balancer wants its own key. */
  constructor(baseUrl: string, apiKey?: string, headers: Record<string, string> = {}) {
    this.#apiKey = apiKey;
    this.#headers = headers;
    this.url = `${checkedBase(baseUrl)}/extract`;
  }

  /** The answer to a job. */
  async extract(job: Job, terms: Terms): Promise<Answer> {
    const reply = await sent(this.call(job), terms, new Tries(terms), refused);
    const said = jsonOf(reply);
    if (said === undefined) {
      throw new NoAnswer("NO_ANSWER", "what came is not JSON; is the base URL right?", { status: reply.status });
    }
    return followed(answerOf(said), job, terms);
  }

  private call(job: Job): Call {
    const headers = { ...this.#headers, ...(this.#apiKey === undefined ? {} : { "X-API-Key": this.#apiKey }) };
    if (job.document !== undefined) return { method: "POST", url: this.url, headers, body: () => formOf(job) };
    const json = { ...headers, "Content-Type": "application/json" };
    return { method: "POST", url: this.url, headers: json, body: () => JSON.stringify(job.keys) };
  }
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
