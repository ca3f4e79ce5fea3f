// What a route is: data and one function. From the data come checking, the OpenAPI document and the page at /docs.
// Knows neither Fastify nor a socket.
import type { Readable } from "node:stream";
import type { z } from "zod";
import type { ServerEvent } from "../serve/http/event-stream.ts";
import type { Studio } from "./studio.ts";

export type Method = "GET" | "POST" | "PUT" | "DELETE";

/** A file as an answer. */
export class FileAnswer {
  readonly stream: Readable;
  readonly type: string;
  readonly name: string;
  readonly bytes: number | undefined;

  constructor(of: { stream: Readable; type: string; name: string; bytes?: number | undefined }) {
    this.stream = of.stream;
    this.type = of.type;
    this.name = of.name;
    this.bytes = of.bytes;
  }
}

/** Text that is no JSON. */
export class TextAnswer {
  readonly text: string;
  readonly type: string;

  constructor({ text, type }: { text: string; type: string }) {
    this.text = text;
    this.type = type;
  }
}

/** Events as they come, until the client leaves or the server ends. */
export class EventsAnswer {
  readonly events: AsyncGenerator<ServerEvent, void>;

  constructor(events: AsyncGenerator<ServerEvent, void>) {
    this.events = events;
  }
}

/** Status 204: there is nothing to say. A stream of events that is asked for again ends with it for good. */
export const noContent = Symbol("no content");

/** What an answer other than JSON is, for the document. */
export interface OtherAnswer {
  type: string;
  about: string;
}

export type Answer = z.ZodType | OtherAnswer;

/** One file of a form, as it comes, and the fields that stood before it. */
export interface Upload {
  file: Readable;
  name: string;
  /** Of the file. */
  bytes: number;
  fields: Readonly<Record<string, string>>;
}

export interface Input<Params, Query, Body> {
  params: Params;
  query: Query;
  body: Body;
  /** Aborted when the client has gone or the server is to end. */
  signal: AbortSignal;
  /** Of an event stream that a client comes back to: the last event it saw. */
  lastEventId: number | undefined;
  /** The form of a route with `upload`. */
  upload: Upload;
}

export interface RouteDefinition<
  Params extends z.ZodType,
  Query extends z.ZodType,
  Body extends z.ZodType,
> {
  method: Method;
  /** Names of what a request fills in stand in braces: `/api/datasets/{id}`. */
  path: string;
  /** One line: what it does, in the imperative; behind the first sentence what else a caller needs to know. */
  about: string;
  params?: Params;
  query?: Query;
  body?: Body;
  /** The body is a form with a file; of its fields, the schema. */
  upload?: z.ZodType;
  /** By status. The one below 300 is what `run` gives; errors have a shape of their own. */
  answers: Readonly<Record<number, Answer>>;
  /** Statuses of refusals that belong to this route beside those that any may give. */
  refusals?: Readonly<Record<number, string>>;
  run(
    studio: Studio,
    input: Input<z.infer<Params>, z.infer<Query>, z.infer<Body>>,
  ): Promise<unknown>;
}

/** A route without its types, as the server keeps it. */
export interface Route {
  method: Method;
  path: string;
  about: string;
  params: z.ZodType | undefined;
  query: z.ZodType | undefined;
  body: z.ZodType | undefined;
  upload: z.ZodType | undefined;
  answers: Readonly<Record<number, Answer>>;
  refusals: Readonly<Record<number, string>>;
  run(studio: Studio, input: Input<unknown, unknown, unknown>): Promise<unknown>;
}

/** Routes that a reader looks for together. */
export interface RouteGroup {
  name: string;
  about: string;
  routes: readonly Route[];
}

/** Makes a route of its definition; the next is one entry of its group's file. */
export function defineRoute<
  Params extends z.ZodType = z.ZodUnknown,
  Query extends z.ZodType = z.ZodUnknown,
  Body extends z.ZodType = z.ZodUnknown,
>(definition: RouteDefinition<Params, Query, Body>): Route {
  const { method, path, about, params, query, body, upload, answers } = definition;
  return {
    ...{ method, path, about, params, query, body, upload, answers },
    refusals: definition.refusals ?? {},
    run: (studio, input) =>
      definition.run(studio, input as Input<z.infer<Params>, z.infer<Query>, z.infer<Body>>),
  };
}

/** The status of an answer that is none of a refusal. */
export function successOf({ answers }: Route): number {
  return Number(Object.keys(answers).find((status) => Number(status) < 300) ?? 200);
}
