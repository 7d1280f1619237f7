// What a caller wants read -> a job, and the bytes that RunPod or the HTTP door take for it.

import { Buffer } from "node:buffer";
import { openAsBlob } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { DocumentUnreadable, TooLargeToSend } from "./errors.js";
import type { JobInput } from "./jobInput.js";

/** A path or an http(s) URL (also as `URL`), or the bytes themselves. */
export type Document = string | URL | Uint8Array | Blob;

/** A job's input, and the document that goes with it where the input does not name it. */
export interface Job {
  readonly keys: JobInput;
  readonly document?: { readonly path: string } | Uint8Array | Blob;
}

/** The job of a document and the keys of its input. Throws a `TypeError` where there is not one document. */
export function jobOf(document: Document | undefined, keys: JobInput): Job {
  const named = [keys.document_url, keys.document_content_base64].filter((given) => given != null).length;
  if (named + (document === undefined ? 0 : 1) !== 1) {
    throw new TypeError("give one document: a path, bytes, a URL, document_url or document_content_base64");
  }
  if (document === undefined) return { keys };
  if (document instanceof Uint8Array || document instanceof Blob) return { keys, document };
  const written = String(document);
  if (/^https?:\/\//i.test(written)) return { keys: { ...keys, document_url: written } };
  const path = document instanceof URL ? fileURLToPath(document) : document;
  return { keys: { filename: basename(path), ...keys }, document: { path } };
}

/**
 * What RunPod is sent. Throws `TooLargeToSend`, before the document is read, where that is too much: base64 has four
 * bytes for three of the document's.
 */
export async function runpodBody(job: Job, mostBytes: number, advice: string): Promise<string> {
  if (job.document === undefined) return bounded({ input: job.keys }, 0, mostBytes, advice);
  const { document } = job;
  const size = await sizeOf(document);
  bounded({ input: { ...job.keys, document_content_base64: "" } }, size, mostBytes, advice);
  const bytes = await bytesOf(document);
  return JSON.stringify({ input: { ...job.keys, document_content_base64: bytes.toString("base64") } });
}

/** The body of an upload: the document and the other keys. */
export async function formOf(job: Job): Promise<FormData> {
  const { document, keys } = job;
  if (document === undefined) throw new TypeError("there is nothing to upload");
  const form = new FormData();
  form.append("input", JSON.stringify(keys));
  form.append("file", await blobOf(document), keys.filename ?? "document");
  return form;
}

function bounded(body: object, size: number, mostBytes: number, advice: string): string {
  const text = JSON.stringify(body);
  const length = Buffer.byteLength(text) + 4 * Math.ceil(size / 3);
  if (length > mostBytes) {
    throw new TooLargeToSend(
      "TOO_LARGE_TO_SEND",
      `the request would have ${length} bytes (${size} of the document, in base64), and at most ${mostBytes} are taken; ${advice}`,
    );
  }
  return text;
}

async function sizeOf(document: NonNullable<Job["document"]>): Promise<number> {
  if (document instanceof Uint8Array) return document.byteLength;
  if (document instanceof Blob) return document.size;
  return (await readable(stat(document.path))).size;
}

async function bytesOf(document: NonNullable<Job["document"]>): Promise<Buffer> {
  if (document instanceof Uint8Array) return Buffer.from(document.buffer, document.byteOffset, document.byteLength);
  if (document instanceof Blob) return Buffer.from(await document.arrayBuffer());
  return readable(readFile(document.path));
}

async function blobOf(document: NonNullable<Job["document"]>): Promise<Blob> {
  if (document instanceof Blob) return document;
  if (document instanceof Uint8Array) return new Blob([await bytesOf(document)]);
  return readable(openAsBlob(document.path));
}

async function readable<T>(file: Promise<T>): Promise<T> {
  try {
    return await file;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "unknown";
    throw new DocumentUnreadable("DOCUMENT_UNREADABLE", `the file cannot be read (${code})`, { cause: error });
  }
}
