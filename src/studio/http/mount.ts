// Routes as data put onto a server: the input read and checked, the function called, what it gives sent.
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { firstOf } from "../../core/signals.ts";
import { sendEvents } from "../../serve/http/event-stream.ts";
import {
  EventsAnswer,
  FileAnswer,
  noContent,
  type Route,
  successOf,
  TextAnswer,
} from "../route.ts";
import type { Studio } from "../studio.ts";
import { readInput } from "./input.ts";

/** "/api/datasets/{id}" → "/api/datasets/:id" */
const urlOf = (path: string): string => path.replaceAll(/\{(\w+)\}/g, ":$1");

/** For a header: letters that every client reads, and the name itself beside it. */
function disposition(name: string): string {
  const plain = name.replaceAll(/[^A-Za-z0-9._-]/g, "_");
  return `attachment; filename="${plain}"; filename*=UTF-8''${encodeURIComponent(name)}`;
}

function sendFile(reply: FastifyReply, { stream, type, name, bytes }: FileAnswer): FastifyReply {
  reply.header("content-type", type).header("content-disposition", disposition(name));
  if (bytes !== undefined) reply.header("content-length", bytes);
  return reply.send(stream);
}

/** Aborted when the client has gone or the server is to end. */
function signalOf(reply: FastifyReply, ending: AbortSignal): AbortSignal {
  const gone = new AbortController();
  const { signal, done } = firstOf([gone.signal, ending]);
  reply.raw.once("close", () => {
    if (!reply.raw.writableFinished) gone.abort();
    done();
  });
  return signal;
}

async function answer(
  studio: Studio,
  route: Route,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const signal = signalOf(reply, studio.ending);
  const given = await route.run(studio, readInput(route, request, signal));
  // a client that lost its stream asks again after so many milliseconds
  if (given instanceof EventsAnswer) return sendEvents(reply, given.events, "retry: 2000\n\n");
  if (given === noContent) return reply.code(204).send();
  if (given instanceof FileAnswer) return sendFile(reply, given);
  if (given instanceof TextAnswer)
    return reply.header("content-type", given.type).code(successOf(route)).send(given.text);
  return reply.code(successOf(route)).send(given);
}

export function mount(app: FastifyInstance, studio: Studio, routes: readonly Route[]): void {
  for (const route of routes) {
    app.route({
      method: route.method,
      url: urlOf(route.path),
      config: { upload: route.upload !== undefined },
      handler: (request, reply) => answer(studio, route, request, reply),
    });
  }
}
