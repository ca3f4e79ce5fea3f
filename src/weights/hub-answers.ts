// Answers of the hub that are read whole, as JSON: none longer, and none in more parts, than any real one.
// Files are hub-download.ts's and hub-bytes.ts's: they are as long as the hub has promised.
import { chunks } from "./hub-download.ts";
import { HubFailure } from "./hub-errors.ts";

const MOST_BYTES = 64_000_000;
/** Of a list; the hub gives a thousand files in each. */
const MOST_PARTS = 50;

export interface Answering {
  request: typeof fetch;
  silenceSeconds: number;
  signal: AbortSignal | undefined;
}

/** An answer that is not what the hub's interface promises. */
export function misunderstood(what: string, cause?: unknown, isFinal = false): HubFailure {
  return new HubFailure(`${what}; is HF_ENDPOINT a hub?`, { status: 502, cause, isFinal });
}

const endless = (what: string): HubFailure => misunderstood(what, undefined, true);

async function wholeBody(
  response: Response,
  { silenceSeconds, signal }: Answering,
): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of chunks(response, silenceSeconds, signal)) {
    bytes += part.length;
    if (bytes > MOST_BYTES) throw endless("an answer without end");
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** The hub's `request` for one question; its answer may come in several parts. */
export function answersOf(hub: Answering): typeof fetch {
  let parts = 0;
  return async (input, init) => {
    if (++parts > MOST_PARTS) throw endless("a list without end");
    const response = await hub.request(input, init);
    const body = await wholeBody(response, hub);
    const { status, headers } = response;
    return new Response(body.length === 0 ? null : new Uint8Array(body), { status, headers });
  };
}
