// The client over the HTTP door's jobs.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Client, ExtractionFailed, HttpDoor, type JobProgress, NoAnswer, RequestRefused, ZopilotError } from "../src/index.js";
import { ANSWER, failure, KEY, QUICK, type Said, type Server, serving } from "./servers.js";

const open: Server[] = [];
after(async () => {
  await Promise.all(open.map((server) => server.close()));
});

const state = (status: string, done = 0, stage = "queue", more: object = {}) => ({
  body: { id: "j0", document_id: "a", status, progress: { pages: { done, total: 3 }, stage }, ...more },
});
const DONE = state("COMPLETED", 3, "outputs", { output: ANSWER });

/** A door that says these of the jobs that come, and of those that are looked at: the last for ever. */
async function door(taken: Said[], looks: Said[], timeoutMs = 60_000): Promise<{ server: Server; client: Client }> {
  let jobs = 0;
  const server = await serving(({ method, path }) => {
    if (method === "DELETE") return { status: 204, body: "" };
    if (method === "GET") {
      const said = (looks.length > 1 ? looks.shift() : looks[0]) ?? {};
      return said.status === undefined ? { body: { ...(said.body as object), id: path.replace("/jobs/", "") } } : said;
    }
    return taken.shift() ?? { status: 202, ...state("IN_QUEUE", 0, "queue", { id: `j${jobs++}` }) };
  });
  open.push(server);
  const route = new HttpDoor(server.url, KEY, {}, { route: "jobs", pollMs: { first: 2, most: 5 } });
  return { server, client: new Client(route, { retries: QUICK, timeoutMs }) };
}

const keys = (server: Server) =>
  server.seen.filter(({ method }) => method === "POST").map(({ headers }) => headers["idempotency-key"]);

test("a job is looked at until it has ended", async () => {
  const reading = state("IN_PROGRESS", 1, "pages");
  const { server, client } = await door([], [state("IN_QUEUE"), reading, reading, { status: 503, body: "" }, DONE]);
  const told: JobProgress[] = [];
  const progress = (newest: JobProgress) => told.push(newest);
  assert.deepEqual(await client.extract("https://example.com/a.pdf", { pages: "1" }, { progress }), ANSWER);
  assert.deepEqual(told, [
    { status: "IN_QUEUE", stage: "queue", pagesDone: 0, pagesTotal: 3 },
    { status: "IN_PROGRESS", stage: "pages", pagesDone: 1, pagesTotal: 3 },
  ]);
  const [sent, ...looks] = server.seen;
  assert.deepEqual([sent?.method, sent?.path], ["POST", "/jobs"]);
  assert.deepEqual(JSON.parse(sent?.body.toString() ?? ""), { document_url: "https://example.com/a.pdf", pages: "1" });
  assert(sent?.headers["idempotency-key"]);
  assert.equal(looks.length, 5);
  for (const { method, path, headers } of looks) assert.deepEqual([method, path, headers["x-api-key"]], ["GET", "/jobs/j0", KEY]);
});

test("a job that may not have arrived is sent again as the same, one that failed as another", async () => {
  const lost = await door([{ status: 502, body: "" }], [DONE]);
  await lost.client.extract(Buffer.from("x"));
  assert.equal(new Set(keys(lost.server)).size, 1);
  assert.equal(keys(lost.server).length, 2);
  const left = state("CANCELLED", 0, "pages", { output: failure("WORKER_UNHEALTHY", true) });
  const failed = await door([], [left, DONE]);
  assert.deepEqual(await failed.client.extract(Buffer.from("x")), ANSWER);
  assert.equal(new Set(keys(failed.server)).size, 2);
});

test("a failure has the contract's code", async () => {
  for (const [code, retryable] of [
    ["PASSWORD_REQUIRED", false],
    ["FETCH_FAILED", true],
  ] as const) {
    const { server, client } = await door([], [state("FAILED", 0, "fetch", { output: failure(code, retryable) })]);
    const error = await client.extract(Buffer.from("x")).catch((reason: unknown) => reason);
    assert(error instanceof ExtractionFailed, String(error));
    const jobs = retryable ? QUICK.attempts : 1;
    assert.deepEqual([error.code, error.retryable, error.documentId, error.jobId], [code, retryable, "a", `j${jobs - 1}`]);
    assert.equal(keys(server).length, jobs);
  }
});

test("a job that is gone, and somebody else there", async () => {
  const { client, server } = await door([], [{ status: 410, body: failure("GONE", false) }]);
  const error = await client.extract(Buffer.from("x")).catch((reason: unknown) => reason);
  assert(error instanceof RequestRefused);
  assert.deepEqual([error.code, error.jobId, keys(server).length], ["GONE", "j0", 1]);
  const other = await door([{ status: 200, body: {} }], []);
  await assert.rejects(other.client.extract(Buffer.from("x")), NoAnswer);
});

test("a job that is given up is deleted", async () => {
  const { server, client } = await door([], [state("IN_PROGRESS", 1, "pages")], 200);
  const error = await client.extract(Buffer.from("x")).catch((reason: unknown) => reason);
  assert(error instanceof ZopilotError);
  assert.deepEqual([error.code, error.jobId], ["TIMED_OUT", "j0"]);
  const last = server.seen.at(-1);
  assert.deepEqual([last?.method, last?.path], ["DELETE", "/jobs/j0"]);
});
