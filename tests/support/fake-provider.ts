// A service that answers as it is told, well or badly, and keeps a bill of its own: every request, how many at once, and
// what it would ask for. Speaks the forms of all providers. No network beyond this machine.
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { onTestFinished } from "vitest";

export interface FakeRequest {
  path: string;
  headers: IncomingMessage["headers"];
  body: Record<string, unknown>;
  /** From 1. */
  number: number;
  model: string;
  /** Of the prompt as it came. */
  key: string;
}

/** What the service writes: text of an answer, or bytes as they are. */
export interface FakeAnswer {
  text?: string;
  finish?: string;
  status?: number;
  headers?: Record<string, string>;
  /** Instead of an answer in the provider's form. */
  raw?: string | Uint8Array;
  /** Nothing comes at all. */
  hangs?: boolean;
  /** The connection ends after so many bytes. */
  resetAfter?: number;
  /** Milliseconds between two bytes. */
  drip?: number;
  /** Milliseconds before it answers. */
  delay?: number;
  /** It answers once this has come. */
  after?: Promise<unknown>;
  /** Tokens as it counts them; absent from the answer when null. */
  usage?: { tokensIn: number; tokensOut: number } | null;
}

export type FakeScript = (request: FakeRequest) => FakeAnswer;

/** What answers wait for, until a test opens it. */
export interface Gate {
  opened: Promise<void>;
  open: () => void;
}

export function closedGate(): Gate {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open: () => open() };
}

/** Billionths of a dollar for a token, in and out: those of gpt-4o-mini. */
export const fakePrice = { in: 150, out: 600 };

export interface Bill {
  requests: number;
  mostAtOnce: number;
  /** Answers that were written whole. */
  paid: number;
  /** Billionths of a dollar. */
  cost: number;
  /** Paid answers by what was asked. */
  byKey: Map<string, number>;
}

const hash = (value: unknown): string =>
  createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 16);

/** A row of two messages that no other request is answered with. */
export const goodRow = (key: string, messages = 2): string =>
  JSON.stringify({
    messages: Array.from({ length: messages }, (_, at) => ({
      role: at % 2 === 0 ? "user" : "assistant",
      content: `${at % 2 === 0 ? "What about" : "All about"} ${key} ${at}`,
    })),
  });

type Form = (text: string, answer: FakeAnswer, usage: FakeAnswer["usage"]) => unknown;

const openai: Form = (content, { finish = "stop" }, usage) => ({
  id: "fake",
  object: "chat.completion",
  choices: [{ index: 0, message: { role: "assistant", content }, finish_reason: finish }],
  ...(usage && {
    usage: {
      prompt_tokens: usage.tokensIn,
      completion_tokens: usage.tokensOut,
      total_tokens: usage.tokensIn + usage.tokensOut,
    },
  }),
});

const anthropic: Form = (text, { finish = "end_turn" }, usage) => ({
  type: "message",
  content: [{ type: "text", text }],
  stop_reason: finish,
  ...(usage && { usage: { input_tokens: usage.tokensIn, output_tokens: usage.tokensOut } }),
});

const google: Form = (text, { finish = "STOP" }, usage) => ({
  candidates: [{ content: { role: "model", parts: [{ text }] }, finishReason: finish }],
  ...(usage && {
    usageMetadata: { promptTokenCount: usage.tokensIn, candidatesTokenCount: usage.tokensOut },
  }),
});

const ollama: Form = (content, { finish = "stop" }, usage) => ({
  model: "fake",
  message: { role: "assistant", content },
  done: true,
  done_reason: finish,
  ...(usage && { prompt_eval_count: usage.tokensIn, eval_count: usage.tokensOut }),
});

const FORMS: readonly (readonly [path: RegExp, form: Form])[] = [
  [/\/chat\/completions$/, openai],
  [/\/messages$/, anthropic],
  [/:generateContent$/, google],
  [/\/api\/chat$/, ollama],
];

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const text = Buffer.concat(parts).toString("utf8");
  return text === "" ? {} : (JSON.parse(text) as Record<string, unknown>);
}

export class FakeProvider {
  readonly bill: Bill = { requests: 0, mostAtOnce: 0, paid: 0, cost: 0, byKey: new Map() };
  readonly requests: FakeRequest[] = [];
  script: FakeScript;
  models: string[] = ["fake-model"];
  readonly #server: Server;
  #atOnce = 0;

  private constructor(script: FakeScript) {
    this.script = script;
    this.#server = createServer((request, response) => {
      this.#serve(request, response).catch(() => response.destroy());
    });
  }

  static async start(
    script: FakeScript = ({ key }) => ({ text: goodRow(key) }),
  ): Promise<FakeProvider> {
    const provider = new FakeProvider(script);
    await new Promise<void>((resolve) => provider.#server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => provider.stop());
    return provider;
  }

  get origin(): string {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("the server has no port");
    return `http://127.0.0.1:${address.port}`;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? "";
    if (request.method === "GET") return void response.end(this.#list(path));
    const form = FORMS.find(([look]) => look.test(path))?.[1];
    const body = await bodyOf(request);
    this.bill.requests++;
    this.#atOnce++;
    this.bill.mostAtOnce = Math.max(this.bill.mostAtOnce, this.#atOnce);
    response.on("close", () => this.#atOnce--);
    const model = (body["model"] as string | undefined) ?? /models\/([^:]*):/.exec(path)?.[1] ?? "";
    const key = hash(body);
    const asked = { path, headers: request.headers, body, number: this.bill.requests, model, key };
    this.requests.push(asked);
    if (form === undefined) return void response.writeHead(404).end("{}");
    await this.#answer(response, form, asked, this.script(asked));
  }

  #list(path: string): string {
    const names = this.models.map((name) => ({ id: name, name }));
    return JSON.stringify(path.includes("/api/tags") ? { models: names } : { data: names });
  }

  async #answer(
    response: ServerResponse,
    form: Form,
    { key, body }: FakeRequest,
    answer: FakeAnswer,
  ): Promise<void> {
    if (answer.hangs === true) return;
    if (answer.delay !== undefined) await pause(answer.delay);
    await answer.after;
    const { status = 200, text, raw } = answer;
    const counted = {
      tokensIn: JSON.stringify(body).length >> 2,
      tokensOut: (text ?? "").length >> 2,
    };
    const usage = answer.usage === undefined ? counted : answer.usage;
    const whole = raw ?? JSON.stringify(form(text ?? "", answer, usage));
    const bytes = Buffer.from(whole as string);
    response.writeHead(status, { "content-type": "application/json", ...answer.headers });
    if (answer.resetAfter !== undefined) {
      response.write(bytes.subarray(0, answer.resetAfter));
      await pause(20);
      return void response.destroy();
    }
    if (answer.drip !== undefined) {
      for (const byte of bytes) {
        if (response.destroyed) return;
        response.write(Buffer.of(byte));
        await pause(answer.drip);
      }
    }
    response.end(answer.drip === undefined ? bytes : undefined, () => {
      // what failed, or is no answer in this service's form, is not paid for
      if (status !== 200 || raw !== undefined || usage === null) return;
      this.bill.paid++;
      this.bill.cost += usage.tokensIn * fakePrice.in + usage.tokensOut * fakePrice.out;
      this.bill.byKey.set(key, (this.bill.byKey.get(key) ?? 0) + 1);
    });
  }
}

const seconds = (after: number): string => new Date(Date.now() + after * 1000).toUTCString();

const rowsOf = (...rows: string[]): string => `{"rows":[${rows.join(",")}]}`;

/**
 * Ways to answer badly. `brings`: whether a row comes of it all the same; of others, none may. `key` makes rows unlike.
 */
export const badWays: Readonly<
  Record<string, { brings: boolean; answer: (key: string) => FakeAnswer }>
> = {
  "cut JSON": {
    brings: false,
    answer: (key) => ({ text: goodRow(key).slice(0, -12), finish: "length" }),
  },
  "cut JSON that says it is whole": {
    brings: false,
    answer: (key) => ({ text: goodRow(key).slice(0, -2) }),
  },
  "prose around": {
    brings: true,
    answer: (key) => ({ text: `Sure, here it is:\n${goodRow(key)}\nHope it helps [1]!` }),
  },
  "a fence around": {
    brings: true,
    answer: (key) => ({ text: "```json\n" + goodRow(key) + "\n```" }),
  },
  "thoughts in front": {
    brings: true,
    answer: (key) => ({ text: `<think>{"messages": no</think>${goodRow(key)}` }),
  },
  "JSON in a string": { brings: true, answer: (key) => ({ text: JSON.stringify(goodRow(key)) }) },
  "single quotes": { brings: true, answer: (key) => ({ text: goodRow(key).replaceAll('"', "'") }) },
  "a comma too many": {
    brings: true,
    answer: (key) => ({ text: goodRow(key).replace("}]}", "},]}") }),
  },
  "the wrong schema": {
    brings: false,
    answer: (key) => ({ text: JSON.stringify({ question: key, answer: key }) }),
  },
  "messages alone": {
    brings: true,
    answer: (key) => ({
      text: JSON.stringify((JSON.parse(goodRow(key)) as { messages: unknown }).messages),
    }),
  },
  "wrong roles": {
    brings: false,
    answer: (key) => ({ text: goodRow(key).replace('"user"', '"human"') }),
  },
  "the assistant first": {
    brings: false,
    answer: (key) => ({ text: goodRow(key).replace('"user"', '"assistant"') }),
  },
  "too many rows": {
    brings: true,
    answer: (key) => ({ text: rowsOf(goodRow(`${key}a`), goodRow(`${key}b`), goodRow(`${key}c`)) }),
  },
  "no rows": { brings: false, answer: () => ({ text: rowsOf() }) },
  "an odd number of messages": { brings: false, answer: (key) => ({ text: goodRow(key, 3) }) },
  "empty messages": {
    brings: false,
    answer: () => ({ text: goodRow("").replace(/"content":"[^"]*"/g, '"content":" "') }),
  },
  "an empty answer": { brings: false, answer: () => ({ text: "" }) },
  "the same as always": { brings: true, answer: () => ({ text: goodRow("always the same") }) },
  "a refusal": {
    brings: false,
    answer: () => ({ text: "I'm sorry, but I can't help with that." }),
  },
  "a refusal by filter": { brings: false, answer: () => ({ text: "", finish: "content_filter" }) },
  "null as content": {
    brings: false,
    answer: () => ({
      raw: '{"choices":[{"message":{"content":null},"finish_reason":"stop"}],"usage":{"prompt_tokens":0,"completion_tokens":0}}',
    }),
  },
  "names twice": {
    brings: false,
    answer: (key) => ({ text: goodRow(key).replace('"content":', '"content":"other","content":') }),
  },
  "a wrong encoding": {
    brings: false,
    answer: (key) => ({
      raw: Buffer.from(
        JSON.stringify(openai(goodRow(`é${key}`), {}, { tokensIn: 0, tokensOut: 0 })),
        "latin1",
      ),
    }),
  },
  "two bytes a character": {
    brings: false,
    answer: (key) => ({
      raw: Buffer.from(JSON.stringify(openai(goodRow(key), {}, null)), "utf16le"),
    }),
  },
  "half a character": {
    brings: false,
    answer: (key) => ({ text: goodRow(key).replace("All", "\\ud83d All") }),
  },
  "a huge answer": { brings: false, answer: () => ({ raw: Buffer.alloc(9 * 2 ** 20, 0x20) }) },
  "nested without end": {
    brings: false,
    answer: () => ({ text: `{"messages":${"[".repeat(5000)}${"]".repeat(5000)}}` }),
  },
  "200 with an error": {
    brings: false,
    answer: () => ({
      raw: '{"error":{"message":"The server is overloaded","type":"server_error"}}',
    }),
  },
  "200 with a page": {
    brings: false,
    answer: () => ({
      raw: "<html><body>Gateway</body></html>",
      headers: { "content-type": "text/html" },
    }),
  },
  "200 with nothing": { brings: false, answer: () => ({ raw: "" }) },
  "another content type": {
    brings: true,
    answer: (key) => ({ text: goodRow(key), headers: { "content-type": "text/plain" } }),
  },
  "another shape": { brings: false, answer: () => ({ raw: '{"output":[{"text":"hello"}]}' }) },
  "an event stream": {
    brings: false,
    answer: () => ({ raw: 'data: {"choices":[{"delta":{"content":"x"}}]}\n\ndata: [DONE]\n\n' }),
  },
  "no usage": { brings: true, answer: (key) => ({ text: goodRow(key), usage: null }) },
  silence: { brings: false, answer: () => ({ hangs: true }) },
  "a reset amid the body": {
    brings: false,
    answer: (key) => ({ text: goodRow(key), resetAfter: 20 }),
  },
  "one byte at a time": { brings: false, answer: (key) => ({ text: goodRow(key), drip: 20 }) },
  "429": {
    brings: false,
    answer: () => ({ status: 429, raw: '{"error":{"message":"slow down"}}' }),
  },
  "429 with seconds": {
    brings: false,
    answer: () => ({ status: 429, raw: "{}", headers: { "retry-after": "1" } }),
  },
  "429 with a date": {
    brings: false,
    answer: () => ({ status: 429, raw: "{}", headers: { "retry-after": seconds(1) } }),
  },
  "429 with nonsense": {
    brings: false,
    answer: () => ({ status: 429, raw: "{}", headers: { "retry-after": "soon" } }),
  },
  "500": { brings: false, answer: () => ({ status: 500, raw: "oops" }) },
  "503": { brings: false, answer: () => ({ status: 503, raw: "<html>busy</html>" }) },
  "529": {
    brings: false,
    answer: () => ({
      status: 529,
      raw: '{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}',
    }),
  },
};
