// `ft studio` as a program with a client of its API, a scripted provider that writes rows unlike each other, and the
// process that works for it.
import { createHash } from "node:crypto";
import type { FakeRequest, FakeScript } from "./fake-provider.ts";
import { OpenApiClient } from "./openapi-client.ts";
import { startProgram, type Started } from "./program.ts";

export interface StudioProgram {
  program: Started;
  client: OpenApiClient;
}

export async function studioProgram(env: Record<string, string>): Promise<StudioProgram> {
  const args = ["studio", "--port", "0", "--api-port", "0", "--no-open", "--json"];
  const program = startProgram(args, { env: { FT_KEYCHAIN: "off", ...env } });
  const line = await program.event(({ type }) => (type as string) === "listening");
  const client = await OpenApiClient.of(line as unknown as { apiUrl: string; token: string });
  return { program, client };
}

/** Sixteen words that no other number has. */
const words = (number: number): string =>
  (createHash("sha256").update(String(number)).digest("hex").match(/.{4}/g) ?? []).join(" ");

/** As many messages as the prompt says: "so 4 messages". */
export function messagesAsked({ body }: FakeRequest): number | undefined {
  const messages = body["messages"] as { content: string }[];
  const found = /so (\d+) messages/.exec(messages.at(-1)?.content ?? "")?.[1];
  return found === undefined ? undefined : Number(found);
}

/** Rows unlike each other, however often they are asked for. */
export function rowWriter(delay: number): FakeScript {
  let count = 0;
  return (request) => {
    const messages = Array.from({ length: messagesAsked(request) ?? 2 }, (_, at) => ({
      role: at % 2 === 0 ? "user" : "assistant",
      content: `${at % 2 === 0 ? "What about the" : "All that is known of the"} ${words(++count)}`,
    }));
    return { text: JSON.stringify({ messages }), delay };
  };
}

/** Environment of a studio over the provider at `origin`. */
export const studioEnvironment = (home: string, origin: string): Record<string, string> => ({
  ...{ FT_HOME: home, LLM_PROVIDER: "openai", OPENAI_MODEL: "fake-model" },
  ...{ OPENAI_API_KEY: "sk-fake-key-0123456789", OPENAI_BASE_URL: `${origin}/v1` },
  MAX_CONCURRENT_JOBS: "2",
});

/** Asks for a job's status until it is as wanted; gives every status seen. */
export async function followed<T extends { status: string }>(
  ask: () => Promise<T>,
  done: (task: T) => boolean,
  seconds = 200,
): Promise<T[]> {
  const seen: T[] = [];
  for (const end = Date.now() + seconds * 1000; Date.now() < end;) {
    const task = await ask();
    seen.push(task);
    if (done(task)) return seen;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`not within ${seconds} s: ${JSON.stringify(seen.at(-1))}`);
}
