// Requests, and what is tried again: bounded in number and by the job's own time.

import { STATUS_CODES } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { JobCancelled, JobTimedOut, RequestRefused, Unreachable, ZopilotError } from "./errors.js";

/** How often a request is sent at most, and how long to wait in between: twice as long each time, by chance less. */
export interface Retries {
  attempts: number;
  firstMs: number;
  mostMs: number;
}

export const RETRIES: Retries = { attempts: 4, firstMs: 500, mostMs: 30_000 };

/** How far a job is: RunPod's `status`, and, once a worker has it, its `stage` and its pages (0 until known). */
export interface JobProgress {
  status: string;
  stage: string;
  pagesDone: number;
  pagesTotal: number;
}

/** A request; its body is made anew for each try. */
export interface Call {
  method: "GET" | "POST" | "DELETE";
  url: string;
  headers?: Record<string, string>;
  body?: () => Promise<string | FormData> | string | FormData;
  /** for one try; only the job's own time where there is none */
  timeoutMs?: number;
}

export interface Reply {
  status: number;
  headers: Headers;
  body: Uint8Array;
}

/** Without the slashes at its end. Throws where nothing can ever be reached: it would look like a server that is away. */
export function checkedBase(url: string): string {
  if (!/^https?:\/\//i.test(url)) throw new TypeError(`the base URL is to begin with http:// or https://: ${url}`);
  return url.replace(/\/+$/, "");
}

// Statuses after which the same request may succeed.
const RETRYABLE = [408, 425, 429, 500, 502, 503, 504];

/** The time and the means of one job. */
export class Terms {
  readonly signal: AbortSignal;
  private readonly end: number;

  constructor(
    readonly retries: Retries,
    private readonly timeoutMs: number,
    private readonly aborted: AbortSignal | undefined,
    readonly fetched: typeof fetch,
    readonly progress: ((progress: JobProgress) => void) | undefined,
    readonly readResultFrom: string | undefined,
  ) {
    this.end = performance.now() + timeoutMs;
    const timeout = Number.isFinite(timeoutMs) ? [AbortSignal.timeout(Math.max(0, Math.ceil(timeoutMs)))] : [];
    this.signal = AbortSignal.any([...timeout, ...(aborted === undefined ? [] : [aborted])]);
  }

  get leftMs(): number {
    return Math.max(0, this.end - performance.now());
  }

  /** Throws when the job is not to be waited for any more. */
  check(): void {
    if (this.aborted?.aborted) {
      throw new JobCancelled("JOB_CANCELLED", "the job is not waited for any more", { cause: this.aborted.reason });
    }
    if (this.leftMs === 0 || this.signal.aborted) {
      throw new JobTimedOut("TIMED_OUT", `no answer within ${this.timeoutMs / 1000} s`);
    }
  }

  async pause(ms: number): Promise<void> {
    this.check();
    try {
      await sleep(Math.min(ms, this.leftMs), undefined, { signal: this.signal });
    } catch {
      // Woken by the signal.
    }
    this.check();
  }
}

/** How often something was tried. */
export class Tries {
  private made = 0;

  constructor(private readonly terms: Terms) {}

  /** Wait before the next try. Throws the error itself where there is to be none. */
  async pause(error: unknown): Promise<void> {
    this.made += 1;
    const { attempts, firstMs, mostMs } = this.terms.retries;
    if (!(error instanceof ZopilotError) || !error.retryable || this.made >= attempts) throw error;
    const doubled = Math.min(mostMs, firstMs * 2 ** (this.made - 1)) * (0.5 + Math.random() / 2);
    const ms = Math.max(doubled, error.retryAfterMs ?? 0);
    if (ms >= this.terms.leftMs) throw error;
    await this.terms.pause(ms);
  }
}

/** The reply to a call that no longer fails, or can no longer be tried again: then throws why. */
export async function sent(
  call: Call,
  terms: Terms,
  tries: Tries,
  refusal: (reply: Reply) => ZopilotError | undefined = refusalOf,
): Promise<Reply> {
  for (;;) {
    terms.check();
    try {
      const reply = await once(call, terms.fetched, terms.signal);
      const error = refusal(reply);
      if (error === undefined) return reply;
      throw error;
    } catch (error) {
      if (error instanceof Unreachable) terms.check();
      await tries.pause(error);
    }
  }
}

/** One try. Throws `Unreachable` where no reply came; names no more of the URL than the host. */
export async function once(call: Call, fetched: typeof fetch, signal: AbortSignal | undefined): Promise<Reply> {
  const body = await call.body?.();
  const signals = [signal, call.timeoutMs === undefined ? undefined : AbortSignal.timeout(call.timeoutMs)];
  const request: RequestInit = {
    method: call.method,
    headers: call.headers ?? {},
    redirect: "manual",
    signal: AbortSignal.any(signals.filter((given) => given !== undefined)),
  };
  if (body !== undefined) request.body = body;
  try {
    const response = await fetched(call.url, request);
    return { status: response.status, headers: response.headers, body: new Uint8Array(await response.arrayBuffer()) };
  } catch (error) {
    throw unreachable(call.url, error);
  }
}

function unreachable(url: string, error: unknown): Unreachable {
  const { name, cause } = error as Error;
  const why = (cause as { code?: string } | undefined)?.code ?? name;
  // Node's fetch waits 300 s for the head of an answer; the same again would take as long.
  const silent = why === "UND_ERR_HEADERS_TIMEOUT";
  const advice = silent ? "; fetch waits no longer: let the HTTP door's route be \"jobs\", or go over RunPod" : "";
  return new Unreachable("UNREACHABLE", `${new URL(url).host} did not answer (${why})${advice}`, {
    retryable: !silent,
    cause: error,
  });
}

/** The error of a status that is none of success. */
export function refusalOf(reply: Reply): RequestRefused | undefined {
  if (reply.status >= 200 && reply.status < 300) return undefined;
  const said = textOf(reply).slice(0, 200).trim();
  return new RequestRefused(statusName(reply.status), `status ${reply.status}${said && `: ${said}`}`, {
    retryable: RETRYABLE.includes(reply.status),
    status: reply.status,
    retryAfterMs: retryAfterMs(reply.headers),
  });
}

/** A status's name as a code: 429 -> `TOO_MANY_REQUESTS`. */
export function statusName(status: number): string {
  if (status === 413) return "REQUEST_ENTITY_TOO_LARGE";
  return (STATUS_CODES[status] ?? "Refused").toUpperCase().replace(/[^A-Z]+/g, "_");
}

/** The milliseconds of a `Retry-After` header, which may also be a date. */
export function retryAfterMs(headers: Headers): number | undefined {
  const said = headers.get("retry-after")?.trim() ?? "";
  if (/^\d+$/.test(said)) return 1000 * Number(said);
  const when = /[a-z]/i.test(said) ? Date.parse(said) : Number.NaN;
  return Number.isNaN(when) ? undefined : Math.max(0, when - Date.now());
}

export function textOf(reply: Reply): string {
  return new TextDecoder().decode(reply.body);
}

/** The reply's JSON; undefined where it is none. */
export function jsonOf(reply: Reply): unknown {
  try {
    return JSON.parse(textOf(reply));
  } catch {
    return undefined;
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
