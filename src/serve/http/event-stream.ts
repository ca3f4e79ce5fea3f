// Server-sent events: pieces of text as they come, a comment now and then so that nobody takes silence for the end.
import { Readable } from "node:stream";
import type { FastifyReply } from "fastify";

export interface ServerEvent {
  /** What a client that comes back sends as `Last-Event-ID`. */
  id?: number | string;
  event?: string;
  data: unknown;
}

const heartbeatMilliseconds = 15_000;

export function eventText({ id, event, data }: ServerEvent): string {
  const text = typeof data === "string" ? data : JSON.stringify(data);
  const head = `${id === undefined ? "" : `id: ${id}\n`}${event === undefined ? "" : `event: ${event}\n`}`;
  return `${head}data: ${text}\n\n`;
}

const quiet = Symbol("quiet");

/** What comes next, or `quiet` where it takes long. */
async function soon<T>(next: Promise<T>): Promise<T | typeof quiet> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<typeof quiet>((resolve) => {
    timer = setTimeout(resolve, heartbeatMilliseconds, quiet);
  });
  try {
    return await Promise.race([next, silence]);
  } finally {
    clearTimeout(timer);
  }
}

async function* written(
  events: AsyncGenerator<ServerEvent, void>,
  opening: string,
): AsyncGenerator<string, void> {
  try {
    let next = events.next();
    if (opening !== "") yield opening;
    for (;;) {
      const found = await soon(next);
      if (found === quiet) yield ": still here\n\n";
      else if (found.done === true) return;
      else {
        yield eventText(found.value);
        next = events.next();
      }
    }
  } finally {
    await events.return();
  }
}

/**
 * Sends events until they end; a client that leaves ends them. They must not throw: an error is an event. `opening` is
 * written at once, for streams whose first event may be long in coming.
 */
export function sendEvents(
  reply: FastifyReply,
  events: AsyncGenerator<ServerEvent, void>,
  opening = "",
): FastifyReply {
  reply.header("content-type", "text/event-stream; charset=utf-8");
  reply.header("cache-control", "no-cache").header("x-accel-buffering", "no");
  return reply.send(
    Readable.from(written(events, opening), { objectMode: true, highWaterMark: 1 }),
  );
}
