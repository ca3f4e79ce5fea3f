// Sharing over the API: an adapter merged with how much of it is left, written for Ollama, and what would go to the hub,
// card and files, looked at before it goes.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { FakeHub } from "../support/fake-hub.ts";
import { makeFolder } from "../support/folders.ts";
import { runProgram } from "../support/program.ts";
import { followed, studioProgram } from "../support/studio-program.ts";
import { makeToyModel } from "../support/toy-model.ts";

// eslint-disable-next-line typescript/no-explicit-any
type Told = any;

test(
  "merge, Ollama's form and the hub, each told before and after",
  { timeout: 600_000 },
  async () => {
    const hub = new FakeHub();
    const origin = await hub.start();
    onTestFinished(async () => await hub.stop());
    hub.accounts["hf_writes"] = { name: "me", organizations: ["lab"] };
    const home = makeFolder();
    const output = join(makeFolder(), "tuned");
    const env = { FT_HOME: home, HF_ENDPOINT: origin, HF_TOKEN: "hf_writes", HF_HUB_OFFLINE: "" };
    const toy = await makeToyModel(join(makeFolder(), "toy"));
    const rows = "general-conversation";
    const train = ["train", "start", toy, rows, "--template", "chatml", "--iters", "4"];
    const rate = ["--warmup-steps", "0", "--lr", "0.01", "--output", output];
    expect((await runProgram([...train, ...rate], { env })).code).toBe(0);
    const { program, client } = await studioProgram(env);
    const { body: list } = await client.call("getV1ShareResults");
    const [run] = list.results;
    expect(run).toMatchObject({ kind: "adapter", from: "run", base: toy, path: output });
    const { body: details } = await client.call("getV1ShareResultsId", { params: { id: run.id } });
    const formOf = (format: string): Told =>
      details.forms.find((one: Told) => one.format === format);
    expect(formOf("gguf").quants).toContain("q8_0");

    const done = async (kind: string, parameters: object): Promise<Told> => {
      const { body: job } = await client.call("postV1Jobs", { body: { kind, parameters } });
      const params = { id: job.id as string };
      const ask = async (): Promise<Told> =>
        (await client.call("getV1JobsId", { params })).body.job as Told;
      return (await followed(ask, ({ status }) => ["completed", "failed"].includes(status))).at(-1);
    };
    const place = formOf("merge").place as string;
    const merged = await done("merge", { adapter: run.path, output: place, dtype: "float32" });
    expect(merged.status, merged.error).toBe("completed");
    expect(merged.result.survival.kept).toBeCloseTo(1, 3);
    expect(existsSync(join(place, "model.safetensors"))).toBe(true);
    const ollama = formOf("ollama").place as string;
    const made = await done("export", {
      ...{ format: "ollama", model: run.path, output: ollama, quant: "q8_0" },
    });
    expect(made.status, made.error).toBe("completed");
    expect(readFileSync(join(ollama, "Modelfile"), "utf8")).toContain("FROM ./model.gguf");
    const { body: later } = await client.call("getV1ShareResults");
    expect(later.results.map(({ from }: Told) => from).toSorted()).toEqual([
      "export",
      "merge",
      "run",
    ]);

    const { body: plan } = await client.call("postV1SharePlan", {
      body: { result: run.id, id: "me/tuned" },
    });
    const paths = plan.files.map(({ path }: Told) => path);
    expect(paths).toEqual(expect.arrayContaining(["README.md", "adapters.safetensors"]));
    expect(plan.bytes).toBe(plan.files.reduce((sum: number, { bytes }: Told) => sum + bytes, 0));
    const card = `${plan.card}\nWritten by hand.\n`;
    const { body: edited } = await client.call("postV1SharePlan", {
      body: { result: run.id, id: "me/tuned", card },
    });
    expect(edited.card).toContain("Written by hand.");
    const secret = await client.call("postV1SharePlan", {
      body: {
        result: run.id,
        id: "me/tuned",
        card: `${card}hf_${"aB3dE6gH".repeat(5).slice(0, 34)}`,
      },
    });
    expect(secret.body.secrets).toMatchObject([{ file: "README.md", refused: true }]);

    const look = async (id: string) =>
      (await client.call("getV1ShareTarget", { query: { id } })).body;
    expect(await look("me/tuned")).toMatchObject({
      ...{ account: "me", writes: true, exists: false, problem: null },
    });
    expect((await look("other/tuned")).problem).toContain("does not own other");
    expect((await client.call("getV1ShareTarget", { query: { id: "nobody" } })).status).toBe(400);
    const upload = await done("upload", { folder: run.path, id: "me/tuned", card });
    expect(upload.status, upload.error).toBe("completed");
    const sent = hub.repositories["me/tuned"]?.files["README.md"]?.toString() ?? "";
    expect(sent).toContain("Written by hand.");
    expect((await look("me/tuned")).exists).toBe(true);
    program.process.kill("SIGTERM");
    await program.ended;
  },
);
