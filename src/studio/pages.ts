// What stands at the address that people open: the link that gives a browser its cookie, and, until the studio has pages,
// one that says so and leads to the API's.
import { randomBytes } from "node:crypto";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { isSameSecret } from "../serve/http/guards.ts";
import { escaped, page, style } from "./html.ts";
import { sendPage } from "./http/headers.ts";

/** Milliseconds that a link goes on counting after it was first opened: for reloads, and browsers that look ahead. */
const spentAfter = 10 * 60_000;

/** The key in the link: good for a cookie, for nothing else, and soon for nothing. */
export class OpeningKey {
  readonly key = randomBytes(24).toString("base64url");
  readonly #now: () => number;
  #openedAt: number | undefined;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Whether a key that came is this one, and still counts. */
  opens(given: string): boolean {
    if (!isSameSecret(given, this.key)) return false;
    this.#openedAt ??= this.#now();
    return this.#now() - this.#openedAt <= spentAfter;
  }
}

export const OPENING_PATH = "/open";

export interface PageFacts {
  opening: OpeningKey;
  /** What the cookie is called. */
  cookie: () => string;
  token: string;
  /** Where the API answers, as a browser reaches it. */
  apiUrl: () => string;
}

function spentPage(): string {
  return page(
    "ft studio",
    "<h1>This link has been used</h1><p>End <code>ft studio</code> and start it again for a new one.</p>",
  );
}

function firstPage(apiUrl: string): string {
  const docs = escaped(`${apiUrl}/docs`);
  return page(
    "ft studio",
    `<h1>ft studio</h1><p>The pages of the studio are not built yet. Its API is: <a href="${docs}">${docs}</a>.</p>` +
      `<p>On the command line, <code>ft --help</code> lists what ft does.</p>`,
  );
}

function open(request: FastifyRequest, reply: FastifyReply, facts: PageFacts): FastifyReply {
  const { key = "" } = request.query as { key?: unknown };
  if (typeof key !== "string" || !facts.opening.opens(key))
    return sendPage(reply.code(403), spentPage(), { connect: [] });
  const parts = [`${facts.cookie()}=${facts.token}`, "HttpOnly", "SameSite=Strict", "Path=/"];
  return reply.header("set-cookie", parts.join("; ")).redirect("/", 303);
}

export function mountPages(app: FastifyInstance, facts: PageFacts): void {
  app.get(OPENING_PATH, async (request, reply) => open(request, reply, facts));
  mountStyle(app);
  app.get("/", async (_, reply) => {
    const apiUrl = facts.apiUrl();
    return sendPage(reply, firstPage(apiUrl), { connect: [new URL(apiUrl).origin] });
  });
}

export function mountStyle(app: FastifyInstance): void {
  app.get("/style.css", async (_, reply) =>
    reply.header("content-type", "text/css; charset=utf-8").send(style),
  );
}
