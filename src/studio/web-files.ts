// The built pages as a browser gets them: one document for every address, with where the API is and the nonce of its styles;
// scripts, styles and fonts by names that change with their content. Knows nothing of what the pages show.
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import fastifyStatic from "@fastify/static";
import type { FastifyInstance, FastifyReply } from "fastify";
import { ApiError } from "../serve/http/api-error.ts";
import { escaped, page } from "./html.ts";
import { sendPage } from "./http/headers.ts";

/** Beside the compiled server, or where a build has put them while the server runs from its sources. */
const places = ["./web/", "../../dist/studio/web/"].map((place) =>
  fileURLToPath(new URL(place, import.meta.url)),
);

const yearOfSeconds = 365 * 24 * 3600;

/** The folder of the built pages; undefined where nobody has built them. */
const builtPages = (): string | undefined => places.find((place) => existsSync(`${place}assets`));

function unbuiltPage(apiUrl: string): string {
  const docs = escaped(`${apiUrl}/docs`);
  return page(
    "ft studio",
    `<h1>ft studio</h1><p>Its pages are not built here: <code>npm run build</code> builds them.</p>` +
      `<p>The API answers: <a href="${docs}">${docs}</a>.</p>`,
  );
}

function document(template: string, apiUrl: string, nonce: string): string {
  return template.replace("__FT_API__", escaped(apiUrl)).replaceAll("__FT_NONCE__", nonce);
}

/** Reads the document each time, since a build beside a running server renames the scripts that it loads. */
export class DocumentFile {
  readonly #path: string;
  #last = "";

  constructor(folder: string) {
    this.#path = `${folder}index.html`;
  }

  async read(): Promise<string> {
    // while a build writes, the one before it stands
    const now = await readFile(this.#path, "utf8").catch(() => "");
    if (now !== "") this.#last = now;
    return this.#last;
  }
}

export async function mountWeb(app: FastifyInstance, apiUrl: () => string): Promise<void> {
  const folder = builtPages();
  const template = folder === undefined ? undefined : new DocumentFile(folder);
  await template?.read();
  const send = async (reply: FastifyReply): Promise<FastifyReply> => {
    const connect = [new URL(apiUrl()).origin];
    if (template === undefined) return sendPage(reply, unbuiltPage(apiUrl()), { connect });
    const nonce = randomBytes(16).toString("base64");
    return sendPage(reply, document(await template.read(), apiUrl(), nonce), { connect, nonce });
  };
  app.get("/", async (_, reply) => await send(reply));
  if (folder === undefined) return;
  void app.register(fastifyStatic, {
    ...{ root: `${folder}assets`, prefix: "/assets/", index: false, decorateReply: false },
    ...{ maxAge: yearOfSeconds * 1000, immutable: true },
  });
  const mark = await readFile(`${folder}mark.svg`);
  app.get("/mark.svg", async (_, reply) => reply.type("image/svg+xml").send(mark));
  // addresses of pages are the browser's affair; what looks like a file is none of them
  app.get("/*", async ({ url }, reply) => {
    const path = url.split("?")[0] ?? "";
    if (!/\.[a-z0-9]+$/i.test(path)) return await send(reply);
    throw new ApiError(404, { message: `not found: GET ${path}`, code: "not_found" });
  });
}
