// A job that is looked at, ever more rarely, until it has ended: RunPod's and the HTTP door's alike.

import { NoAnswer, type ZopilotError } from "./errors.js";
import { type Call, isObject, type JobProgress, jsonOf, once, refusalOf, type Reply, sent, type Terms, Tries } from "./sending.js";

const TERMINAL = ["COMPLETED", "FAILED", "CANCELLED", "TIMED_OUT"];

/** The first and the longest wait between looks at a job. */
export interface PollMs {
  first: number;
  most: number;
}

export const POLL_MS: PollMs = { first: 500, most: 5000 };

/** What is said of a job. */
export interface State extends Record<string, unknown> {
  id: string;
  status: string;
}

/** How one job is looked at and given up, whose replies they are, and what they say of its progress. */
export interface Watch {
  look: Call;
  cancel: Call;
  whose: string;
  progressOf: (state: State) => JobProgress;
  pollMs: PollMs;
  refusal?: (reply: Reply) => ZopilotError | undefined;
}

/** What is said of the job when it has ended. One that is not waited for to its end is cancelled. */
export async function awaited(submitted: State, watch: Watch, terms: Terms): Promise<State> {
  let seen = submitted;
  let told = "";
  let waitMs = watch.pollMs.first;
  try {
    while (!TERMINAL.includes(seen.status)) {
      const progress = watch.progressOf(seen);
      if (JSON.stringify(progress) !== told) terms.progress?.(progress);
      told = JSON.stringify(progress);
      await terms.pause(waitMs);
      waitMs = Math.min(watch.pollMs.most, 1.5 * waitMs);
      const reply = await sent(watch.look, terms, new Tries(terms), watch.refusal ?? refusalOf);
      seen = stateOf(reply, watch.whose);
    }
    return seen;
  } catch (error) {
    await once(watch.cancel, terms.fetched, undefined).catch(() => undefined);
    throw error;
  }
}

/** What a reply says of a job. Throws `NoAnswer` where it says nothing of one. */
export function stateOf(reply: Reply, whose: string): State {
  const said = jsonOf(reply);
  if (isObject(said) && typeof said.id === "string" && typeof said.status === "string") return said as State;
  throw new NoAnswer("NO_ANSWER", `what came is not ${whose}; is the base URL right?`, { status: reply.status });
}
