// What the tests' servers have in common: on a free port of loopback, they say what a test tells them to.

import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { RunPod } from "../src/index.js";

export interface Seen {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

export interface Said {
  status?: number;
  headers?: Record<string, string>;
  body?: unknown;
}

export interface Server {
  url: string;
  seen: Seen[];
  close: () => Promise<void>;
}

/** A server that answers each request with what `answer` makes of it. */
export async function serving(answer: (seen: Seen) => Said | Promise<Said>): Promise<Server> {
  const seen: Seen[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const what = { method: request.method ?? "", path: request.url ?? "", headers: request.headers, body: Buffer.concat(chunks) };
    seen.push(what);
    const { status = 200, headers = {}, body = {} } = await answer(what);
    response.writeHead(status, headers);
    response.end(body instanceof Uint8Array || typeof body === "string" ? body : JSON.stringify(body));
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const close = async () => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen, close };
}

export const KEY = "correct horse";
export const QUICK = { attempts: 3, firstMs: 5, mostMs: 10 };
export const ANSWER = {
  success: true,
  document_id: "a",
  extraction_method: "docstrange_local",
  data: { pages: [], markdown: "# Invoice" },
  metadata: { pages: { total: 1, processed: 1, failed: [] } },
};

/** The contract's failure. */
export function failure(code: string, retryable: boolean) {
  return { error: `${code}: the reason`, success: false, error_code: code, retryable, document_id: "a" };
}

/** What RunPod's SDK posts of an answer: its `error` beside, and the rest as `output`. */
export function posted(said: Record<string, unknown>): Record<string, unknown> {
  const { error, ...output } = said;
  return error === undefined ? { status: "COMPLETED", output } : { status: "FAILED", error, output };
}

/**
 * RunPod's queue: the envelopes of a job's life, one at each look, the last for ever; the next job has the next life. What
 * is in `instead` is said before anything else.
 */
export class Queue {
  readonly jobs: { id: string; input: Record<string, unknown> }[] = [];
  readonly cancelled: string[] = [];
  readonly instead: (Said | undefined)[] = [];
  server!: Server;

  constructor(private readonly lives: Record<string, unknown>[][]) {}

  async open(): Promise<this> {
    this.server = await serving((seen) => this.instead.shift() ?? this.answer(seen));
    return this;
  }

  door(options = {}): RunPod {
    return new RunPod("e1", KEY, { baseUrl: `${this.server.url}/v2/`, pollMs: { first: 2, most: 5 }, ...options });
  }

  private answer({ path, headers, body }: Seen): Said {
    if (headers.authorization !== `Bearer ${KEY}`) return { status: 401, body: { error: "unauthorized" } };
    const [, , endpoint, verb = "", id = ""] = path.split(/[/?]/);
    if (endpoint !== "e1") return { status: 404 };
    if (verb === "cancel") {
      this.cancelled.push(id);
      return { body: { id, status: "CANCELLED" } };
    }
    if (verb === "status") return { body: { id, ...this.next(Number(id)) } };
    const made = String(this.jobs.length);
    this.jobs.push({ id: made, input: JSON.parse(body.toString()).input });
    return { body: { id: made, ...(verb === "run" ? { status: "IN_QUEUE" } : this.next(Number(made))) } };
  }

  private next(job: number): Record<string, unknown> {
    const life = this.lives[Math.min(job, this.lives.length - 1)] ?? [];
    return (life.length > 1 ? life.shift() : life[0]) ?? {};
  }
}
