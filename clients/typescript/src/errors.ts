// Why there is no answer: every error of this package is a `ZopilotError` with a code.

export interface ErrorDetails {
  /** whether the same request may succeed later; it was tried again already, as often as the client may */
  retryable?: boolean | undefined;
  /** RunPod's id of the job, or the HTTP door's */
  jobId?: string | undefined;
  /** the worker's id of the document */
  documentId?: string | undefined;
  /** HTTP's */
  status?: number | undefined;
  /** when the other side says to come back */
  retryAfterMs?: number | undefined;
  cause?: unknown;
}

/** Why a document has no answer. `code` stays as it is from version to version, `reason` is for people. */
export class ZopilotError extends Error {
  readonly retryable: boolean;
  readonly documentId: string | undefined;
  readonly status: number | undefined;
  readonly retryAfterMs: number | undefined;
  jobId: string | undefined;

  constructor(
    readonly code: string,
    readonly reason: string,
    details: ErrorDetails = {},
  ) {
    super(`${code}: ${reason}`, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = new.target.name;
    this.retryable = details.retryable ?? false;
    this.jobId = details.jobId;
    this.documentId = details.documentId;
    this.status = details.status;
    this.retryAfterMs = details.retryAfterMs;
  }
}

/** The worker had the job and could not do it; `code` is one of the contract's (`ErrorCode`). */
export class ExtractionFailed extends ZopilotError {}

/** Nobody took the request; `code` is the name of the status: `UNAUTHORIZED`, `NOT_FOUND`, `TOO_MANY_REQUESTS`, ... */
export class RequestRefused extends ZopilotError {}

/** The connection could not be made, or broke (`UNREACHABLE`). */
export class Unreachable extends ZopilotError {}

/** The document's file cannot be read (`DOCUMENT_UNREADABLE`); nothing was sent. */
export class DocumentUnreadable extends ZopilotError {}

/** The request has more bytes than RunPod takes (`TOO_LARGE_TO_SEND`); nothing was sent. */
export class TooLargeToSend extends ZopilotError {}

/** The job is said to be done, and what came is no answer (`NO_ANSWER`). */
export class NoAnswer extends ZopilotError {}

/** The answer lies behind a link, and could not be had from there (`RESULT_UNAVAILABLE`). */
export class ResultUnavailable extends ZopilotError {}

/** The time was up: RunPod's own for the job (`JOB_TIMED_OUT`), or this client's (`TIMED_OUT`). */
export class JobTimedOut extends ZopilotError {}

/** The job was cancelled (`JOB_CANCELLED`); by a signal, whose reason is the `cause`. */
export class JobCancelled extends ZopilotError {}
