// A model served by the compiled program, and requests to it as raw as a test needs them.
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { makeFolder } from "./folders.ts";
import { childrenOf, commandOf, startProgram, type Started } from "./program.ts";
import { makeToyModel, type ToyOptions } from "./toy-model.ts";

/** A conversation and its tools in the form of Hermes: calls stand between <tool_call> and </tool_call>. */
export const chattingTemplate = `{% if tools %}<|im_start|>system
Call with <tool_call>
{{ tools | tojson }}<|im_end|>
{% endif %}{% for message in messages %}<|im_start|>{{ message.role }}
{{ message.content }}{% for call in message.tool_calls %}<tool_call>
{{ call.function | tojson }}
</tool_call>{% endfor %}<|im_end|>
{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant
{% endif %}`;

/** A toy with a chat template of its own. Returns its folder. */
export async function makeChattingToy(folder: string, options: ToyOptions = {}): Promise<string> {
  await makeToyModel(folder, { config: { max_position_embeddings: 200_000 }, ...options });
  writeFileSync(join(folder, "chat_template.jinja"), chattingTemplate);
  return folder;
}

export interface ServedModel {
  url: string;
  token: string | null;
  program: Started;
  /** The process that holds the model. */
  modelProcess(): Promise<number>;
  stop(): Promise<void>;
}

/** Starts `ft serve` on a free port and waits until it listens. */
export async function serveToy(args: readonly string[] = [], model?: string): Promise<ServedModel> {
  const folder = model ?? (await makeChattingToy(join(makeFolder(), "toy")));
  const program = startProgram(["serve", folder, "--port", "0", "--json", ...args]);
  const line = (await program.event(({ type }) => (type as string) === "listening")) as unknown as {
    url: string;
    token: string | null;
  };
  const stop = async (): Promise<void> => {
    program.process.kill("SIGTERM");
    await program.ended;
  };
  return { ...line, program, modelProcess: async () => await childOf(program), stop };
}

/** Number that is none where there is no such process, as between two of them. */
const childOf = async ({ process: { pid } }: Started): Promise<number> =>
  childrenOf(pid ?? 0).find((child) => commandOf(child).includes("model-process")) ?? Number.NaN;

/** The process that comes after one that was killed; it is loading then. */
export async function nextModelProcess(served: ServedModel, killed: number): Promise<number> {
  for (const end = Date.now() + 90_000; Date.now() < end;) {
    const found = await served.modelProcess();
    if (found > 0 && found !== killed) return found;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error("no process came after the one that was killed");
}

export interface RawAnswer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
}

export interface RawRequest {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
}

/** One request with exactly these headers; a Host is added where none is given. */
export async function rawRequest(url: string, asked: RawRequest = {}): Promise<RawAnswer> {
  const { method = "GET", headers = {}, body } = asked;
  const sent = httpRequest(url, { method, headers, agent: false });
  sent.end(body);
  const [response] = (await once(sent, "response")) as [import("node:http").IncomingMessage];
  let text = "";
  for await (const chunk of response) text += String(chunk);
  return { status: response.statusCode ?? 0, headers: response.headers, text };
}

/** What tests look at of an answer. */
interface AnswerBody {
  choices?: { message: { content: string } }[];
  error?: { type: string; code: string | null; param: string | null; message: string };
}

/** POSTs JSON and reads JSON. */
export async function post(
  url: string,
  body: unknown,
): Promise<{ status: number; body: AnswerBody }> {
  const answer = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  return { status: answer.status, body: (await answer.json()) as AnswerBody };
}

/** Writes bytes to the server's socket and gives what it answers until it closes; throws where it does not within `seconds`. */
export async function rawBytes(url: string, bytes: string, seconds: number): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  let text = "";
  socket.on("data", (chunk: Buffer) => (text += chunk.toString("utf8")));
  socket.on("error", () => undefined);
  socket.write(bytes);
  let isLeftOpen = false;
  const timer = setTimeout(() => {
    isLeftOpen = true;
    socket.destroy();
  }, seconds * 1000);
  await once(socket, "close");
  clearTimeout(timer);
  if (isLeftOpen) throw new Error(`the server did not close within ${seconds} s: ${text}`);
  return text;
}

/** Writes all bytes before it looks at what comes back, as simple clients do; a broken connection throws. */
export async function sendThenRead(url: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  socket.pause();
  const failed = once(socket, "error").then(([error]) => Promise.reject(error as Error));
  failed.catch(() => undefined);
  await Promise.race([
    new Promise<void>((resolve) => socket.write(bytes, () => resolve())),
    failed,
  ]);
  let text = "";
  socket.on("data", (chunk: Buffer) => (text += chunk.toString("utf8")));
  socket.resume();
  await Promise.race([once(socket, "close"), failed]);
  return text;
}

/** Processor time that a process has had. */
export async function cpuSeconds(pid: number): Promise<number> {
  const { execFileSync } = await import("node:child_process");
  const told = execFileSync("ps", ["-o", "cputimes=", "-p", String(pid)], { encoding: "utf8" });
  return Number(told.trim());
}
