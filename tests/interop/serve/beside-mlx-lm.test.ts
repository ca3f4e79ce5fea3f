// What ft serve and mlx_lm.server answer to the same requests, over the bundled model with a template that shows tools: the
// table of docs/serving.md, which must say what is found here.
import { type ChildProcess, spawnSync } from "node:child_process";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeFolder } from "../../support/folders.ts";
import { startMlxLmServer } from "../../support/mlx-lm-server.ts";
import {
  chattingTemplate,
  type RawAnswer,
  type RawRequest,
  rawRequest,
  type ServedModel,
  serveToy,
} from "../../support/served-model.ts";

const python = process.env["FT_PEERS_PYTHON"] ?? "python3";
const hasPeer = spawnSync(python, ["-c", "import mlx_lm"]).status === 0;

interface Side {
  url: string;
  /** By which requests name the model. */
  model: string;
}

let served: ServedModel;
let peer: ChildProcess;
let sides: readonly Side[];

function makeModel(): string {
  const folder = join(makeFolder(), "tiny");
  cpSync(new URL("../../../data/models/builtin-tiny", import.meta.url), folder, {
    recursive: true,
  });
  const file = join(folder, "tokenizer_config.json");
  const { chat_template: _, ...config } = JSON.parse(readFileSync(file, "utf8")) as object & {
    chat_template?: string;
  };
  writeFileSync(file, JSON.stringify(config));
  writeFileSync(join(folder, "chat_template.jinja"), chattingTemplate);
  return folder;
}

beforeAll(async () => {
  if (!hasPeer) return;
  const model = makeModel();
  const started = await startMlxLmServer(python, model, { HF_HUB_CACHE: makeFolder() });
  peer = started.process;
  served = await serveToy([], model);
  sides = [
    { url: served.url, model: "tiny" },
    { url: started.url, model },
  ];
}, 400_000);

afterAll(async () => {
  peer?.kill("SIGKILL");
  await served?.stop();
});

interface Choice {
  text?: string;
  finish_reason?: string;
  message?: { content?: string | null; tool_calls?: unknown[] };
  logprobs?: { content?: { top_logprobs?: unknown[] }[] } | null;
}

interface Body {
  choices?: Choice[];
  data?: unknown[];
  error?: string | { message?: string };
}

function bodyOf({ text }: RawAnswer): Body {
  try {
    return JSON.parse(text) as Body;
  } catch {
    return {};
  }
}

const contentOf = (answer: RawAnswer): string =>
  bodyOf(answer).choices?.[0]?.message?.content ?? "";

const messages = [{ role: "user", content: "What is 3 plus one?" }];
const chat = "/v1/chat/completions";
const json = { "content-type": "application/json" };

/** Asks one thing of one side, with what has no answer told as such. */
async function asked({ url }: Side, path: string, request: RawRequest): Promise<RawAnswer> {
  const ended = { status: 0, headers: {}, text: "" };
  return await rawRequest(url + path, request).catch(() => ended);
}

async function chatted(side: Side, more: object): Promise<RawAnswer> {
  const body = { model: side.model, messages, max_tokens: 12, temperature: 0, ...more };
  return await asked(side, chat, { method: "POST", headers: json, body: JSON.stringify(body) });
}

function statusOf({ status }: RawAnswer): string {
  return status === 0 ? "no answer" : String(status);
}

type Look = (answer: RawAnswer) => string;
type Ask = (side: Side) => Promise<string>;

/** A chat with these fields, and what is to be seen in a good answer. */
const chatting =
  (more: object, look: Look): Ask =>
  async (side) => {
    const answer = await chatted(side, more);
    return answer.status === 200 ? `200, ${look(answer)}` : statusOf(answer);
  };

const requested =
  (path: string, request: RawRequest = {}): Ask =>
  async (side) =>
    statusOf(await asked(side, path, request));

/** Whether a refusal says what it refuses. */
function refusal(answer: RawAnswer, field: string): string {
  const { error } = bodyOf(answer);
  const message = typeof error === "string" ? error : (error?.message ?? "");
  return `${statusOf(answer)}${message.includes(field) ? ", names it" : ""}`;
}

const refusing =
  (more: object, field: string): Ask =>
  async (side) => {
    const answer = await chatted(side, more);
    return answer.status === 200 ? "200" : refusal(answer, field);
  };

async function sameTwice(side: Side): Promise<string> {
  const ask = { temperature: 1, seed: 5 };
  const [one, two] = [await chatted(side, ask), await chatted(side, ask)];
  return `${one.status}, ${contentOf(one) === contentOf(two) ? "the same twice" : "another text"}`;
}

async function stopped(side: Side): Promise<string> {
  const text = contentOf(await chatted(side, {}));
  const stop = text.slice(4, 6);
  const answer = await chatted(side, { stop });
  const isCut = contentOf(answer) === text.slice(0, text.indexOf(stop));
  return `${answer.status}, ${isCut ? "cut before it" : "not cut before it"}`;
}

const word = { type: "object", properties: { a: { enum: ["x", "y"] } }, required: ["a"] };
const formed = (schema: object): object => ({
  max_tokens: 60,
  response_format: { type: "json_schema", json_schema: { name: "a", schema } },
});

function isWord(text: string): boolean {
  try {
    return ["x", "y"].includes((JSON.parse(text) as { a: string }).a);
  } catch {
    return false;
  }
}

const tools = [{ type: "function", function: { name: "w", parameters: word } }];

function usageIn({ text }: RawAnswer): string {
  const last = text.trimEnd().split("\n\n").at(-2) ?? "";
  return last.includes('"completion_tokens"') ? "usage at the end" : "no usage";
}

/** In the order in which they are asked. */
const rows: readonly (readonly [request: string, ask: Ask])[] = [
  ["chat", chatting({}, (answer) => (contentOf(answer) === "" ? "no text" : "a text"))],
  [
    "a stream with `include_usage`",
    chatting({ stream: true, stream_options: { include_usage: true } }, usageIn),
  ],
  [
    "`logprobs`, `top_logprobs: 2`",
    chatting({ logprobs: true, top_logprobs: 2 }, (answer) => {
      const tokens = bodyOf(answer).choices?.[0]?.logprobs?.content ?? [];
      return `${tokens[0]?.top_logprobs?.length ?? "no"} beside each token`;
    }),
  ],
  ["`n: 2`", chatting({ n: 2 }, (answer) => `choices: ${bodyOf(answer).choices?.length}`)],
  ["`stop` with a text of the answer", stopped],
  ["`seed`, at temperature 1", sameTwice],
  [
    "`logit_bias` for one token",
    chatting({ logit_bias: { 35: 100 } }, (answer) => {
      return new Set(contentOf(answer).trim()).size === 1 ? "that token alone" : "another text";
    }),
  ],
  [
    '`tools`, `tool_choice: "required"`',
    chatting({ tools, tool_choice: "required", max_tokens: 60 }, (answer) => {
      const calls = bodyOf(answer).choices?.[0]?.message?.tool_calls ?? [];
      return calls.length > 0 ? "a call" : "no call";
    }),
  ],
  [
    "`response_format` with a schema",
    chatting(formed(word), (answer) => (isWord(contentOf(answer)) ? "valid" : "not valid")),
  ],
  [
    "a schema that nothing satisfies",
    chatting(formed({ type: "integer", minimum: 5, maximum: 4 }), () => "a text"),
  ],
  ["`temperature: -1`", refusing({ temperature: -1 }, "temperature")],
  ['`max_tokens: "many"`', refusing({ max_tokens: "many" }, "max_tokens")],
  ["a body that is no JSON", requested(chat, { method: "POST", headers: json, body: "{" })],
  ["no messages", refusing({ messages: undefined }, "messages")],
  [
    "a POST of text/plain",
    async (side) => {
      const headers = { "content-type": "text/plain" };
      const body = JSON.stringify({ model: side.model, messages, max_tokens: 2 });
      return statusOf(await asked(side, chat, { method: "POST", headers, body }));
    },
  ],
  ["`Host: evil.example`", requested("/v1/models", { headers: { host: "evil.example" } })],
  [
    "`Origin: https://evil.example`",
    requested("/v1/models", { headers: { origin: "https://evil.example" } }),
  ],
  ["`PUT /v1/models`", requested("/v1/models", { method: "PUT" })],
  [
    "`POST /v1/messages`",
    async (side) => {
      const body = JSON.stringify({ model: side.model, messages, max_tokens: 2 });
      return statusOf(await asked(side, "/v1/messages", { method: "POST", headers: json, body }));
    },
  ],
  ["`GET /v1/models`", requested("/v1/models")],
  ["`GET /health`", requested("/health")],
  ["`GET /metrics`", requested("/metrics")],
  // last: mlx_lm.server writes nothing more after these
  ["`stop: 7`", refusing({ stop: 7 }, "stop")],
  ["`GET /health` after that", requested("/health")],
  ["a model of another name", refusing({ model: "org/other" }, "org/other")],
  ['`"adapters": "../../etc"`', chatting({ adapters: "../../etc" }, () => "not looked at")],
];

test.skipIf(!hasPeer)("the table of docs/serving.md says what both answer", async () => {
  const lines = ["| request | `ft serve` | `mlx_lm.server` |", "|---|---|---|"];
  for (const [request, ask] of rows) {
    const answers: string[] = [];
    for (const side of sides) answers.push(await ask(side));
    lines.push(`| ${request} | ${answers.join(" | ")} |`);
  }
  const page = readFileSync(new URL("../../../docs/serving.md", import.meta.url), "utf8");
  const table = page.slice(page.indexOf("| request | `ft serve` |")).split("\n\n")[0]?.trimEnd();
  expect(table).toBe(lines.join("\n"));
});
