// The codes that are worth another try, where nothing else says so.
// Made by `python -m tools.make_client_types`; not to be edited.
export const RETRYABLE_CODES: ReadonlySet<string> = new Set([
  "DEADLINE_EXCEEDED",
  "FETCH_TIMEOUT",
  "INTERNAL",
  "MODEL_FAILURE",
  "OUT_OF_MEMORY",
  "WORKER_UNHEALTHY",
]);
