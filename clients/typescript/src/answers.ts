// What the worker said -> an `Answer`, or the error that it stands for; links to large answers are followed.

import { createHash } from "node:crypto";
import type { Result, Success } from "./answer.js";
import { RETRYABLE_CODES } from "./codes.js";
import type { Job } from "./documents.js";
import { ExtractionFailed, NoAnswer, ResultUnavailable, type ZopilotError } from "./errors.js";
import { isObject, jsonOf, refusalOf, type Reply, sent, type Terms, Tries } from "./sending.js";

/**
 * A document that was read. `result` is there only where the answer was put to a `result_url` that this client was given
 * no link to read from (`readResultFrom`); `data` is empty then.
 */
export type Answer = Success & { result?: Result };

/** The answer itself. Throws `ExtractionFailed` where it says why there is none, `NoAnswer` where it is none. */
export function answerOf(said: unknown, jobId?: string): Answer {
  if (isObject(said) && said.success === true) return said as unknown as Answer;
  if (isObject(said) && "error_code" in said) throw failureOf(said, { jobId });
  const reason =
    "the job is done, and what came is no answer of this worker; one of more than 20 MB is dropped by RunPod";
  throw new NoAnswer("NO_ANSWER", reason, { jobId });
}

/** The error of the contract's failure, or of as much of one as there is: where `error` stands alone, it begins with the code. */
export function failureOf(
  said: Record<string, unknown>,
  details: { jobId?: string | undefined; status?: number | undefined; retryAfterMs?: number | undefined } = {},
): ExtractionFailed {
  const text = typeof said.error === "string" ? said.error : "no reason is given";
  const coded = /^([A-Z][A-Z_]+): ([^]*)$/.exec(text);
  const code = typeof said.error_code === "string" ? said.error_code : (coded?.[1] ?? "INTERNAL");
  return new ExtractionFailed(code, coded?.[1] === code ? (coded[2] ?? "") : text, {
    ...details,
    retryable: "retryable" in said ? said.retryable === true : coded !== null && RETRYABLE_CODES.has(code),
    documentId: typeof said.document_id === "string" ? said.document_id : undefined,
  });
}

/**
 * The answer, fetched where it was put if it was too large to be handed over. The link of `result_url` may be good for
 * writing alone: it is read where the caller says so (`readResultFrom`). Nobody's key is sent to a link. Throws
 * `ResultUnavailable`.
 */
export async function followed(answer: Answer, job: Job, terms: Terms): Promise<Answer> {
  const { result } = answer;
  const url = terms.readResultFrom ?? (result?.url === job.keys.result_url ? undefined : result?.url);
  if (result === undefined || url === undefined) return answer;
  if (!/^https?:\/\//.test(url)) {
    throw new ResultUnavailable("RESULT_UNAVAILABLE", "the answer's link is none of http or https");
  }
  const reply = await sent({ method: "GET", url, timeoutMs: 60_000 }, terms, new Tries(terms), unavailable);
  const sha256 = createHash("sha256").update(reply.body).digest("hex");
  if (reply.body.byteLength !== result.bytes || sha256 !== result.sha256) {
    throw new ResultUnavailable("RESULT_UNAVAILABLE", "what lies behind the answer's link is not what was put there");
  }
  return answerOf(jsonOf(reply));
}

function unavailable(reply: Reply): ZopilotError | undefined {
  const refusal = refusalOf(reply);
  if (refusal === undefined) return undefined;
  const { status, retryable, retryAfterMs } = refusal;
  const hint = [401, 403, 404, 410].includes(reply.status) ? " (the link may have expired)" : "";
  const reason = `the answer's link gave status ${reply.status}${hint}`;
  return new ResultUnavailable("RESULT_UNAVAILABLE", reason, { status, retryable, retryAfterMs });
}
