// Documents to a ZopilotGPU worker, over RunPod's queue or its own HTTP door, and typed answers back.

export type {
  Data,
  Element,
  ErrorCode,
  FormField,
  Line,
  Metadata,
  Notice,
  NoticeCode,
  Page,
  Result,
  Table,
} from "./answer.js";
export type { Answer } from "./answers.js";
export { Client, type ClientOptions, type ExtractOptions, type ManyOptions } from "./client.js";
export type { Document } from "./documents.js";
export * from "./errors.js";
export { HttpDoor, type HttpDoorOptions } from "./httpDoor.js";
export type { JobInput } from "./jobInput.js";
export { RunPod, type RunPodOptions } from "./runpod.js";
export type { JobProgress, Retries } from "./sending.js";
