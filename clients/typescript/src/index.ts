// Documents to a ZopilotGPU worker, over RunPod's queue or its own HTTP door, and typed answers back.

export type {
  Cell,
  Check,
  Data,
  Element,
  ElementType,
  ErrorCode,
  FieldNode,
  FieldObject,
  FieldValue,
  FieldWord,
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
export { evidence } from "./evidence.js";
export { HttpDoor, type HttpDoorOptions } from "./httpDoor.js";
export type { AskedField, JobInput } from "./jobInput.js";
export { RunPod, type RunPodOptions } from "./runpod.js";
export type { JobProgress, Retries } from "./sending.js";
