// The client over RunPod's queue.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { after, test } from "node:test";
import * as zopilot from "../src/index.js";
import { ANSWER, failure, posted, Queue, QUICK, serving } from "./servers.js";

const { Client, ZopilotError } = zopilot;
const URL_OF = "https://example.com/invoice.pdf";
const DONE = [posted(ANSWER)];
const folder = await mkdtemp(join(tmpdir(), "zopilot-"));
const open: { close: () => Promise<void> }[] = [];
after(async () => {
  await Promise.all(open.map((server) => server.close()));
  await rm(folder, { recursive: true });
});

async function queue(...lives: Record<string, unknown>[][]): Promise<Queue> {
  const opened = await new Queue(lives).open();
  open.push(opened.server);
  return opened;
}

function clientOf(from: Queue, options = {}, door = {}) {
  return new Client(from.door(door), { retries: QUICK, ...options });
}

/** What the promise is rejected with. */
async function raised(promise: Promise<unknown>): Promise<zopilot.ZopilotError> {
  const error = await promise.then(
    () => assert.fail("there was an answer"),
    (reason: unknown) => reason,
  );
  assert(error instanceof ZopilotError, String(error));
  return error;
}

test("a path, a URL, bytes or an input of its own", async () => {
  const runpod = await queue(DONE);
  const client = clientOf(runpod);
  const path = join(folder, "invoice.pdf");
  await writeFile(path, "%PDF-1");
  const encoded = Buffer.from("%PDF-1").toString("base64");
  for (const document of [path, pathToFileURL(path)]) {
    assert.deepEqual(await client.extract(document, { outputs: ["text"] }), ANSWER);
    assert.deepEqual(runpod.jobs.at(-1)?.input, {
      filename: "invoice.pdf",
      outputs: ["text"],
      document_content_base64: encoded,
    });
  }
  for (const document of [Buffer.from("%PDF-1"), new Blob(["%PDF-1"]), new Uint8Array(Buffer.from("x%PDF-1")).subarray(1)]) {
    await client.extract(document);
    assert.deepEqual(runpod.jobs.at(-1)?.input, { document_content_base64: encoded });
  }
  for (const document of [URL_OF, new URL(URL_OF)]) {
    await client.extract(document, { pages: "1" });
    assert.deepEqual(runpod.jobs.at(-1)?.input, { document_url: URL_OF, pages: "1" });
  }
  await client.extract(undefined, { document_url: URL_OF });
  for (const [document, keys] of [[undefined, {}], [URL_OF, { document_url: URL_OF }]] as const) {
    await assert.rejects(client.extract(document, keys), TypeError);
  }
});

test("too large is said before it is sent", async () => {
  for (const [route, mebibytes] of [["run", 10], ["runsync", 20]] as const) {
    const runpod = await queue(DONE);
    const large = join(folder, "large.pdf");
    await writeFile(large, "");
    await truncate(large, (mebibytes * 2 ** 20 * 3) / 4); // takes no room on disk
    const error = await raised(clientOf(runpod, {}, { route }).extract(large));
    assert(error instanceof zopilot.TooLargeToSend);
    assert.match(error.message, new RegExp(`at most ${mebibytes * 2 ** 20} .*pass a URL`));
    assert.equal(runpod.server.seen.length, 0);
  }
  const error = await raised(clientOf(await queue(DONE)).extract(join(folder, "none.pdf")));
  assert(error instanceof zopilot.DocumentUnreadable);
  assert(!error.message.includes(folder));
});

test("progress, and the answer", async () => {
  const report = { pages_done: 1, pages_total: 3, stage: "pages" };
  const working = { status: "IN_PROGRESS", output: report };
  const runpod = await queue([{ status: "IN_PROGRESS" }, working, working, posted(ANSWER)]);
  const told: zopilot.JobProgress[] = [];
  const answer = await clientOf(runpod).extract(URL_OF, {}, { progress: (said) => told.push(said) });
  assert.equal(answer.data.markdown, "# Invoice");
  assert.deepEqual(
    told.map(({ status, pagesDone, pagesTotal }) => [status, pagesDone, pagesTotal]),
    [["IN_QUEUE", 0, 0], ["IN_PROGRESS", 0, 0], ["IN_PROGRESS", 1, 3]],
  );
  assert.deepEqual(runpod.cancelled, []);
});

test("runsync asks once, and goes on looking where that was not enough", async () => {
  const short = await queue(DONE);
  await clientOf(short, {}, { route: "runsync" }).extract(URL_OF);
  assert.deepEqual(short.server.seen.map(({ path }) => path), ["/v2/e1/runsync?wait=90000"]);
  const long = await queue([{ status: "IN_PROGRESS" }, posted(ANSWER)]);
  await clientOf(long, {}, { route: "runsync" }).extract(URL_OF);
  assert.deepEqual(long.server.seen.map(({ path }) => path.split("?")[0]), ["/v2/e1/runsync", "/v2/e1/status/0"]);
});

test("a failure has the contract's code", async () => {
  const error = await raised(clientOf(await queue([posted(failure("PASSWORD_REQUIRED", false))])).extract(URL_OF));
  assert(error instanceof zopilot.ExtractionFailed);
  assert.equal(error.name, "ExtractionFailed");
  assert.deepEqual(
    [error.code, error.reason, error.retryable, error.documentId, error.jobId],
    ["PASSWORD_REQUIRED", "the reason", false, "a", "0"],
  );
});

test("a failure without an output has the code that it begins with", async () => {
  for (const [error, code, retryable] of [
    ["PASSWORD_WRONG: no", "PASSWORD_WRONG", false],
    ["OUT_OF_MEMORY: no", "OUT_OF_MEMORY", true],
    ["FETCH_FAILED: no", "FETCH_FAILED", false],
    ['{"error_type": "KeyError"}', "INTERNAL", false],
  ] as const) {
    const found = await raised(clientOf(await queue([{ status: "FAILED", error }])).extract(URL_OF));
    assert.deepEqual([found.code, found.retryable], [code, retryable]);
  }
});

test("a job that RunPod ends, or that is done without an answer", async () => {
  for (const [last, code] of [
    [{ status: "TIMED_OUT" }, "JOB_TIMED_OUT"],
    [{ status: "CANCELLED" }, "JOB_CANCELLED"],
    [{ status: "COMPLETED" }, "NO_ANSWER"],
    [{ status: "COMPLETED", output: "text" }, "NO_ANSWER"],
  ] as const) {
    const runpod = await queue([last]);
    const error = await raised(clientOf(runpod).extract(URL_OF));
    assert.deepEqual([error.code, error.retryable, runpod.jobs.length], [code, false, 1]);
  }
});

test("a job that may succeed is sent again, so many times", async () => {
  const healed = await queue([posted(failure("WORKER_UNHEALTHY", true))], DONE);
  assert.deepEqual(await clientOf(healed).extract(URL_OF), ANSWER);
  assert.equal(healed.jobs.length, 2);
  const sick = await queue([posted(failure("OUT_OF_MEMORY", true))]);
  assert((await raised(clientOf(sick).extract(URL_OF))).retryable);
  assert.equal(sick.jobs.length, QUICK.attempts);
  const expired = await queue([posted(failure("FETCH_FAILED", false))], DONE);
  await raised(clientOf(expired).extract(URL_OF));
  assert.equal(expired.jobs.length, 1);
});

test("requests that are put off, and those that cannot succeed", async () => {
  for (const status of [429, 500, 502, 503]) {
    const runpod = await queue(DONE);
    runpod.instead.push({ status, headers: { "Retry-After": "0" } }, { status }, undefined, { status }, { status });
    assert.deepEqual(await clientOf(runpod).extract(URL_OF), ANSWER);
    assert.equal(runpod.jobs.length, 1);
  }
  const busy = await queue(DONE);
  busy.instead.push({ status: 429, headers: { "Retry-After": "86400" } });
  const error = await raised(clientOf(busy).extract(URL_OF));
  assert.deepEqual([error.code, error.retryable, error.retryAfterMs], ["TOO_MANY_REQUESTS", true, 86_400_000]);
  const stranger = await queue(DONE);
  for (const [endpoint, key, code] of [["e1", "wrong", "UNAUTHORIZED"], ["e2", "correct horse", "NOT_FOUND"]] as const) {
    const door = new zopilot.RunPod(endpoint, key, { baseUrl: `${stranger.server.url}/v2` });
    const refused = await raised(new Client(door, { retries: QUICK }).extract(URL_OF));
    assert(refused instanceof zopilot.RequestRefused);
    assert.deepEqual([refused.code, refused.retryable], [code, false]);
    assert(!JSON.stringify(door).includes(key));
  }
  assert.equal(stranger.server.seen.length, 2);
});

test("nobody there", async () => {
  const gone = await serving(() => ({}));
  await gone.close();
  const door = new zopilot.RunPod("e1", "key", { baseUrl: `${gone.url}/v2` });
  const error = await raised(new Client(door, { retries: QUICK }).extract(URL_OF));
  assert.deepEqual([error.code, error.retryable], ["UNREACHABLE", true]);
  assert.match(error.message, /127\.0\.0\.1:\d+ did not answer \(ECONNREFUSED\)/);
});

test("a job that is not waited for any more is cancelled", async () => {
  const slow = await queue([{ status: "IN_PROGRESS" }]);
  const late = await raised(clientOf(slow, { timeoutMs: 100 }).extract(URL_OF));
  assert(late instanceof zopilot.JobTimedOut);
  assert.deepEqual([late.code, slow.cancelled], ["TIMED_OUT", ["0"]]);
  const aborting = new AbortController();
  const given = await raised(
    clientOf(slow).extract(URL_OF, {}, { signal: aborting.signal, progress: () => aborting.abort("enough") }),
  );
  assert(given instanceof zopilot.JobCancelled);
  assert.deepEqual([given.code, given.cause, slow.cancelled], ["JOB_CANCELLED", "enough", ["0", "1"]]);
});

test("many, in order, and one failure stops no other", async () => {
  const runpod = await queue(DONE, [posted(failure("DOCUMENT_CORRUPT", false))], DONE);
  const documents = [{ document_url: URL_OF, document_id: "d0" }, URL_OF, URL_OF, join(folder, "none.pdf")];
  const codes: string[] = [];
  for await (const outcome of clientOf(runpod).extractMany(documents, { pages: "1" }, { concurrency: 1 })) {
    codes.push(outcome instanceof ZopilotError ? outcome.code : String(outcome.data.markdown));
  }
  assert.deepEqual(codes, ["# Invoice", "DOCUMENT_CORRUPT", "# Invoice", "DOCUMENT_UNREADABLE"]);
  assert.deepEqual(runpod.jobs[0]?.input, { document_url: URL_OF, document_id: "d0", pages: "1" });
});

test("no more at a time than asked for; whoever stops half-way cancels the rest", async () => {
  const runpod = await queue([{ status: "IN_PROGRESS" }, { status: "IN_PROGRESS" }, posted(ANSWER)], [{ status: "IN_PROGRESS" }]);
  for await (const outcome of clientOf(runpod).extractMany(Array(50).fill(URL_OF), {}, { concurrency: 2 })) {
    assert.deepEqual(outcome, ANSWER);
    break;
  }
  assert(runpod.jobs.length >= 2 && runpod.jobs.length <= 3, String(runpod.jobs.length));
  assert.deepEqual(runpod.cancelled.sort(), runpod.jobs.slice(1).map(({ id }) => id));
});

test("a large answer is read from its link, without the key", async () => {
  const stored = Buffer.from(JSON.stringify(ANSWER));
  const statuses: number[] = [];
  const bucket = await serving(() => ({ status: statuses.shift() ?? 200, body: stored }));
  open.push(bucket);
  const sha256 = createHash("sha256").update(stored).digest("hex");
  const delivered = (more: object) => [
    posted({ ...ANSWER, data: {}, result: { bytes: stored.length, sha256, ...more } }),
  ];
  const url = `${bucket.url}/a?signature=secret`;
  statuses.push(503);
  assert.deepEqual(await clientOf(await queue(delivered({ url }))).extract(URL_OF), ANSWER);
  assert.equal(bucket.seen.length, 2);
  assert(bucket.seen.every(({ headers }) => !headers.authorization && !headers["x-api-key"]));

  const own = await clientOf(await queue(delivered({ url }))).extract(URL_OF, { result_url: url });
  assert.deepEqual([own.data, own.result?.bytes, bucket.seen.length], [{}, stored.length, 2]);
  const elsewhere = { readResultFrom: `${bucket.url}/get` };
  assert.deepEqual(await clientOf(await queue(delivered({}))).extract(URL_OF, { result_url: url }, elsewhere), ANSWER);
  // A store of one's own may take and give under one link.
  const same = await clientOf(await queue(delivered({}))).extract(URL_OF, { result_url: url }, { readResultFrom: url });
  assert.deepEqual(same, ANSWER);

  statuses.push(403);
  const expired = await raised(clientOf(await queue(delivered({ url }))).extract(URL_OF));
  assert.deepEqual([expired.code, expired.status, expired.jobId], ["RESULT_UNAVAILABLE", 403, "0"]);
  assert.match(expired.message, /may have expired/);
  assert(!expired.message.includes("secret"));
  for (const more of [{ url, sha256: "0" }, { url, bytes: 3 }, { url: "file:///etc/passwd" }]) {
    const other = await raised(clientOf(await queue(delivered(more))).extract(URL_OF));
    assert(other instanceof zopilot.ResultUnavailable);
  }
});
