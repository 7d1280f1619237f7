// The client over the worker's HTTP door.

import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { Client, ExtractionFailed, HttpDoor, NoAnswer, RequestRefused, RunPod, ZopilotError } from "../src/index.js";
import { retryAfterMs } from "../src/sending.js";
import { ANSWER, failure, KEY, QUICK, type Said, type Server, serving } from "./servers.js";

const folder = await mkdtemp(join(tmpdir(), "zopilot-"));
const open: Server[] = [];
after(async () => {
  await Promise.all(open.map((server) => server.close()));
  await rm(folder, { recursive: true });
});

/** A door that says one after the other, the last for ever. */
async function door(...said: Said[]): Promise<{ server: Server; client: Client }> {
  const server = await serving(() => (said.length > 1 ? said.shift() : said[0]) ?? {});
  open.push(server);
  const gateway = { Authorization: "Bearer gateway" };
  return { server, client: new Client(new HttpDoor(`${server.url}/`, KEY, gateway), { retries: QUICK }) };
}

test("a base URL without a scheme is said at once", () => {
  assert.throws(() => new HttpDoor("localhost:8000", KEY), /to begin with http:/);
  assert.throws(() => new RunPod("endpoint", KEY, { baseUrl: "api.runpod.ai/v2" }), /to begin with http:/);
});

test("a URL is plain JSON", async () => {
  const { server, client } = await door({ body: ANSWER });
  assert.deepEqual(await client.extract("https://example.com/a.pdf", { pages: "1" }), ANSWER);
  const [seen] = server.seen;
  assert.equal(seen?.path, "/extract");
  assert.deepEqual([seen.headers["x-api-key"], seen.headers.authorization], [KEY, "Bearer gateway"]);
  assert.deepEqual(JSON.parse(seen.body.toString()), { document_url: "https://example.com/a.pdf", pages: "1" });
});

test("files and bytes are uploaded as they are, anew for each try", async () => {
  const path = join(folder, "a.pdf");
  const bytes = Buffer.from(Array.from({ length: 100_000 }, (_, index) => index % 256));
  await writeFile(path, bytes);
  const late = { status: 503, body: failure("WORKER_UNHEALTHY", true), headers: { "Retry-After": "0" } };
  const { server, client } = await door(late, { body: ANSWER });
  assert.deepEqual(await client.extract(path, { outputs: ["text"] }), ANSWER);
  await client.extract(bytes);
  assert.equal(server.seen.length, 3);
  for (const [index, name] of ["a.pdf", "a.pdf", "document"].entries()) {
    const { headers, body } = server.seen[index] ?? assert.fail();
    assert.match(headers["content-type"] ?? "", /^multipart\/form-data; boundary=/);
    assert(body.includes(bytes));
    assert(body.includes(`name="file"; filename="${name}"`));
  }
  assert(server.seen[0]?.body.includes(JSON.stringify({ filename: "a.pdf", outputs: ["text"] })));
});

test("a failure has the contract's code", async () => {
  for (const [status, code, retryable] of [
    [422, "PASSWORD_REQUIRED", false],
    [422, "FETCH_FAILED", true],
    [503, "CANCELLED", false],
    [500, "A_CODE_OF_A_LATER_VERSION", false],
  ] as const) {
    const { server, client } = await door({ status, body: failure(code, retryable) });
    const error = await client.extract(Buffer.from("x")).catch((reason: unknown) => reason);
    assert(error instanceof ExtractionFailed);
    assert.deepEqual(
      [error.code, error.reason, error.retryable, error.status, error.documentId, server.seen.length],
      [code, "the reason", retryable, status, "a", retryable ? QUICK.attempts : 1],
    );
  }
});

test("what HTTP refuses has the status's name", async () => {
  for (const [status, body, code, retryable] of [
    [401, failure("UNAUTHORIZED", false), "UNAUTHORIZED", false],
    [429, failure("TOO_MANY_REQUESTS", true), "TOO_MANY_REQUESTS", true],
    [404, "<html>", "NOT_FOUND", false],
    [502, "<html>", "BAD_GATEWAY", true],
    [413, "<html>", "REQUEST_ENTITY_TOO_LARGE", false],
    [302, "", "FOUND", false],
    [529, "", "REFUSED", false],
    [500, '"text"', "INTERNAL_SERVER_ERROR", true],
  ] as const) {
    const { server, client } = await door({ status, body });
    const error = await client.extract(Buffer.from("x")).catch((reason: unknown) => reason);
    assert(error instanceof RequestRefused, String(error));
    assert.deepEqual([error.code, error.status, error.retryable], [code, status, retryable]);
    assert.equal(server.seen.length, retryable ? QUICK.attempts : 1);
  }
});

test("somebody else there", async () => {
  for (const body of ["<html>", {}, [], { success: false }]) {
    const { client } = await door({ body });
    await assert.rejects(client.extract(Buffer.from("x")), NoAnswer);
  }
});

test("whoever goes away closes the connection", async () => {
  let gone = (): void => undefined;
  const released = new Promise<Said>((release) => (gone = () => release({ body: ANSWER })));
  const server = await serving(() => released);
  open.push(server);
  const client = new Client(new HttpDoor(server.url), { timeoutMs: 100 });
  const error = await client.extract(Buffer.from("x")).catch((reason: unknown) => reason);
  assert(error instanceof ZopilotError);
  assert.equal(error.code, "TIMED_OUT");
  gone();
});

test("Retry-After is seconds or a date", () => {
  const of = (said: string) => retryAfterMs(new Headers({ "Retry-After": said }));
  assert.equal(of("12"), 12_000);
  for (const said of ["", "soon", "-1", "1.5"]) assert.equal(of(said), undefined);
  assert.equal(of("Wed, 21 Oct 2015 07:28:00 GMT"), 0);
  const hour = of(new Date(Date.now() + 3_600_000).toUTCString()) ?? 0;
  assert(hour > 3_500_000 && hour <= 3_600_000);
});
