// Adapters that a server loads while it runs: who answers is the request's choice, and what was loaded is there again
// after the model's process died.
import { cpSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeFolder } from "../../support/folders.ts";
import { runProgram } from "../../support/program.ts";
import {
  makeChattingToy,
  nextModelProcess,
  post,
  rawRequest,
  serveToy,
} from "../../support/served-model.ts";
import { writeRows } from "../../support/toy-model.ts";

test("an adapter is loaded, answers by its name, survives its process, and is unloaded", async () => {
  const cwd = makeFolder({ "shelf/broken/adapter_config.json": "{" });
  await makeChattingToy(join(cwd, "model"));
  writeRows(join(cwd, "rows.jsonl"), 20);
  const train = [
    "train",
    "start",
    "model",
    "rows.jsonl",
    "--iters",
    "8",
    "--lr",
    "0.05",
    "--output",
    "out",
  ];
  expect(await runProgram(train, { cwd })).toMatchObject({ code: 0 });
  cpSync(join(cwd, "out/final_model"), join(cwd, "shelf/tuned"), { recursive: true });
  const asked = ["What is 3 plus one?", "--max-tokens", "6", "--json"];
  const told = async (more: string[]): Promise<string> => {
    const { stdout } = await runProgram(["generate", "model", ...more, ...asked], { cwd });
    return (JSON.parse(stdout) as { text: string }).text;
  };
  const texts = { base: await told([]), tuned: await told(["--adapter", "shelf/tuned"]) };
  expect(texts.tuned).not.toBe(texts.base);

  const served = await serveToy(["--adapters", join(cwd, "shelf")], join(cwd, "model"));
  const adapters = `${served.url}/v1/adapters`;
  const ask = async (model: string): Promise<unknown> => {
    const messages = [{ role: "user", content: "What is 3 plus one?" }];
    const body = { model, messages, temperature: 0, max_tokens: 6 };
    const answer = await post(`${served.url}/v1/chat/completions`, body);
    return answer.status === 200 ? answer.body.choices?.[0]?.message.content : answer.status;
  };
  expect(await ask("tuned")).toBe(404);
  expect(await post(adapters, { id: "broken" })).toMatchObject({ status: 400 });
  expect(await post(adapters, { id: "tuned" })).toMatchObject({
    status: 200,
    body: { loaded: true },
  });
  expect(await post(adapters, { id: "tuned" })).toMatchObject({ status: 200 });
  expect(await Promise.all([ask("tuned"), ask("model"), ask("tuned")])).toEqual([
    ...[texts.tuned, texts.base, texts.tuned],
  ]);

  const killed = await served.modelProcess();
  process.kill(killed, "SIGKILL");
  await nextModelProcess(served, killed);
  expect(await ask("tuned")).toBe(texts.tuned);

  const models = JSON.parse((await rawRequest(`${served.url}/v1/models`)).text) as {
    data: object[];
  };
  expect(models.data).toMatchObject([{ id: "model" }, { id: "tuned", parent: "model" }]);
  const gone = await rawRequest(`${adapters}/tuned`, { method: "DELETE" });
  expect(JSON.parse(gone.text)).toMatchObject({ id: "tuned", loaded: false });
  expect(await ask("tuned")).toBe(404);
  expect(await ask("model")).toBe(texts.base);
  await served.stop();
});
