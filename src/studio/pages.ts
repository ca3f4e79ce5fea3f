// What stands at the address that people open: the link that gives a browser its cookie, then the pages (web-files.ts).
import { randomBytes } from "node:crypto";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { type Access, hasCookie, isSameSecret } from "../serve/http/guards.ts";
import { page, style } from "./html.ts";
import { sendPage } from "./http/headers.ts";
import { mountWeb } from "./web-files.ts";

/** The key in the link: good for one cookie, and for nothing else. */
export class OpeningKey {
  readonly key = randomBytes(24).toString("base64url");
  #isSpent = false;

  /** Whether a key that came is this one and comes for the first time. */
  opens(given: string): boolean {
    if (this.#isSpent || !isSameSecret(given, this.key)) return false;
    this.#isSpent = true;
    return true;
  }
}

export const OPENING_PATH = "/open";

export interface PageFacts {
  opening: OpeningKey;
  /** With the cookie's name and value. */
  access: Access;
  /** Where the API answers, as a browser reaches it. */
  apiUrl: () => string;
}

function spentPage(): string {
  return page(
    "ft studio",
    "<h1>This link has already been used</h1>" +
      "<p>Each link opens the studio in one browser only. In that browser the " +
      '<a href="/">studio</a> stays open, in as many tabs as you like.</p>' +
      "<p>To use another browser, stop <code>ft studio</code> with Ctrl-C and start it again: it prints a new link.</p>",
  );
}

function open(request: FastifyRequest, reply: FastifyReply, facts: PageFacts): FastifyReply {
  const { access, opening } = facts;
  // a tab that is loaded again, or the browser that looked ahead
  if (hasCookie(request.raw, access)) return reply.redirect("/", 303);
  const { key } = request.query as { key?: unknown };
  if (typeof key !== "string" || !opening.opens(key))
    return sendPage(reply.code(401), spentPage(), { connect: [] });
  const parts = [`${access.cookie}=${access.cookieValue}`, "HttpOnly", "SameSite=Strict", "Path=/"];
  return reply.header("set-cookie", parts.join("; ")).redirect("/", 303);
}

/** For a person at an address without the cookie. */
export const closedPage = (): string =>
  page(
    "ft studio",
    "<h1>This browser has not opened the studio yet</h1>" +
      "<p>Open the link that <code>ft studio</code> printed when it started. Each link works in one browser only: to use " +
      "another browser, stop <code>ft studio</code> with Ctrl-C and start it again.</p>",
  );

export async function mountPages(app: FastifyInstance, facts: PageFacts): Promise<void> {
  app.get(OPENING_PATH, async (request, reply) => open(request, reply, facts));
  mountStyle(app);
  await mountWeb(app, facts.apiUrl);
}

export function mountStyle(app: FastifyInstance): void {
  app.get("/style.css", async (_, reply) =>
    reply.header("content-type", "text/css; charset=utf-8").send(style),
  );
}
