// Documents in, answers out.

import type { Answer } from "./answers.js";
import { type Document, jobOf } from "./documents.js";
import { ZopilotError } from "./errors.js";
import type { HttpDoor } from "./httpDoor.js";
import type { JobInput } from "./jobInput.js";
import type { RunPod } from "./runpod.js";
import { type JobProgress, RETRIES, type Retries, Terms } from "./sending.js";

// The worker's own deadline is 600 s; it may have to start first, and the job to wait its turn.
const TIMEOUT_MS = 900_000;

export interface ClientOptions {
  /** what a document may take in all, waiting and further tries included; `Infinity` is for ever */
  timeoutMs?: number;
  retries?: Partial<Retries>;
  /** a fetch with a proxy or certificates of its own */
  fetch?: typeof fetch;
}

export interface ExtractOptions {
  /** told how far the job is (over RunPod, and over the HTTP door's route `jobs`) */
  progress?: (progress: JobProgress) => void;
  /** gives the job up: it is cancelled */
  signal?: AbortSignal;
  /** the link under which what is put to `result_url` can be read */
  readResultFrom?: string;
}

export interface ManyOptions {
  /** so many at a time; as many again wait to be taken out */
  concurrency?: number;
  signal?: AbortSignal;
}

/** Documents in, answers out, over a door of the worker's. */
export class Client {
  private readonly timeoutMs: number;
  private readonly retries: Retries;
  private readonly fetched: typeof fetch;

  constructor(
    private readonly door: RunPod | HttpDoor,
    options: ClientOptions = {},
  ) {
    this.timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
    this.retries = { ...RETRIES, ...options.retries };
    this.fetched = options.fetch ?? fetch;
  }

  /**
   * What a document says: the contract's answer (`Success`). `keys` are those of the job's input. A job that is not
   * waited for any more is cancelled: when the time is up, and when the signal says so.
   *
   * Throws a `ZopilotError`: `ExtractionFailed` with the worker's code, or whatever else came in between; and a
   * `TypeError` where there is not one document.
   */
  async extract(document?: Document, keys: JobInput = {}, options: ExtractOptions = {}): Promise<Answer> {
    const { signal, progress, readResultFrom } = options;
    const terms = new Terms(this.retries, this.timeoutMs, signal, this.fetched, progress, readResultFrom);
    return this.door.extract(jobOf(document, keys), terms);
  }

  /**
   * Each document's answer, or the error that it has instead, in the documents' order. A document may be an input of its
   * own, whose keys go before `keys`. Whoever stops half-way cancels the rest.
   */
  async *extractMany(
    documents: Iterable<Document | JobInput>,
    keys: JobInput = {},
    options: ManyOptions = {},
  ): AsyncGenerator<Answer | ZopilotError, void, void> {
    const { concurrency = 4 } = options;
    const stop = new AbortController();
    const signal = AbortSignal.any([stop.signal, ...(options.signal ? [options.signal] : [])]);
    const places = new Places(concurrency);
    const waiting: Promise<Answer | ZopilotError>[] = [];
    try {
      for (const document of documents) {
        const outcome = places.with(() => this.outcome(document, keys, signal));
        outcome.catch(() => undefined); // thrown when its turn comes
        waiting.push(outcome);
        if (waiting.length >= 2 * concurrency) yield await first(waiting);
      }
      while (waiting.length > 0) yield await first(waiting);
    } finally {
      stop.abort();
      await Promise.allSettled(waiting);
    }
  }

  private async outcome(document: Document | JobInput, keys: JobInput, signal: AbortSignal) {
    try {
      return await (isInput(document)
        ? this.extract(undefined, { ...keys, ...document }, { signal })
        : this.extract(document, keys, { signal }));
    } catch (error) {
      if (error instanceof ZopilotError) return error;
      throw error;
    }
  }
}

/** Lets so many work at a time, in turn. */
class Places {
  private readonly turns: (() => void)[] = [];

  constructor(private free: number) {}

  async with<T>(work: () => Promise<T>): Promise<T> {
    if (this.free === 0) await new Promise<void>((turn) => this.turns.push(turn));
    else this.free -= 1;
    try {
      return await work();
    } finally {
      const next = this.turns.shift();
      if (next === undefined) this.free += 1;
      else next();
    }
  }
}

/** The first of them, which stays until it has come. */
async function first<T>(waiting: Promise<T>[]): Promise<T> {
  const outcome = await (waiting[0] as Promise<T>);
  waiting.shift();
  return outcome;
}

function isInput(document: Document | JobInput): document is JobInput {
  return !(
    typeof document === "string" ||
    document instanceof URL ||
    document instanceof Uint8Array ||
    document instanceof Blob
  );
}
