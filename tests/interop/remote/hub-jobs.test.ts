// Jobs of Hugging Face through Python's huggingface_hub and through ft, against one fake hub: what both send to start one is of
// one form, and what the fake answers is what that client reads.
import { spawn } from "node:child_process";
import { afterAll, beforeAll, expect, test } from "vitest";
import { hourlyCost, JobsApi } from "../../../src/remote/hosts/jobs/api.ts";
import { hubSettings } from "../../../src/weights/hub-environment.ts";
import { FakeHub } from "../../support/fake-hub.ts";
import { makeFolder } from "../../support/folders.ts";

const python = process.env["FT_PEERS_PYTHON"] ?? "";
const hub = new FakeHub();
const token = `hf_${"a".repeat(34)}`;
let endpoint: string;

beforeAll(async () => {
  endpoint = await hub.start();
  hub.accounts[token] = { name: "me" };
});
afterAll(() => hub.stop());

async function fromPython(script: string): Promise<unknown> {
  const env = {
    ...process.env,
    ...{ HF_ENDPOINT: endpoint, HF_HOME: makeFolder(), HF_TOKEN: token, HF_HUB_OFFLINE: "0" },
  };
  const child = spawn(python, ["-c", script], { env });
  let [out, talk] = ["", ""];
  child.stdout.on("data", (part: Buffer) => (out += part.toString()));
  child.stderr.on("data", (part: Buffer) => (talk += part.toString()));
  const code = await new Promise((resolve) => child.on("close", resolve));
  expect(code, talk).toBe(0);
  return JSON.parse(out.trim().split("\n").at(-1) ?? "");
}

const script = `
import json
from huggingface_hub import run_job, inspect_job, list_jobs, list_jobs_hardware, fetch_job_logs, cancel_job
job = run_job(image="ghcr.io/me/ft:1", command=["sh", "-c", "echo one; echo two"], env={"A": "b"},
              secrets={"HF_TOKEN": "x"}, flavor="t4-small", timeout="30m", name="ft-1", labels={"ft-run": "1"})
lines = list(fetch_job_logs(job_id=job.id, follow=True))
over = inspect_job(job_id=job.id)
found = [one.id for one in list_jobs(labels={"ft-run": "1"})]
long = run_job(image="hf.co/spaces/me/ft", command=["sleep", "60"], timeout=60, labels={"ft-run": "2"})
cancel_job(job_id=long.id)
prices = [[one.name, one.unit_cost_usd, one.unit_label] for one in list_jobs_hardware()]
print(json.dumps([job.id, lines, over.status.stage, over.flavor, over.durations.running_secs is not None, found,
                  inspect_job(job_id=long.id).status.stage, prices, job.url]))
`;

test("both clients start, find, hear and end jobs by the same doors, with bodies of one form", async () => {
  const [id, lines, stage, flavor, isTimed, found, ended, prices, url] = (await fromPython(
    script,
  )) as unknown[];
  expect([lines, stage, flavor, isTimed]).toEqual([["one", "two"], "COMPLETED", "t4-small", true]);
  expect([found, ended]).toEqual([[id], "CANCELED"]);
  expect(url).toBe(`${endpoint}/jobs/me/${String(id)}`);
  const settings = hubSettings({ token, offline: false }, { HF_ENDPOINT: endpoint });
  const api = new JobsApi(settings);
  const hardware = await api.hardware();
  expect(hardware.map((one) => [one.name, one.unitCostUSD, one.unitLabel])).toEqual(prices);
  expect(hardware.map(hourlyCost)).toEqual([expect.closeTo(0.01002), expect.closeTo(0.40002)]);
  const request = {
    ...{ image: "ghcr.io/me/ft:1", command: ["sh", "-c", "echo one; echo two"] },
    ...{ environment: { A: "b" }, secrets: { HF_TOKEN: "x" }, flavor: "t4-small" },
    ...{ timeoutSeconds: 1800, labels: { "ft-run": "1", name: "ft-1" } },
  };
  const ours = await api.start("me", request);
  await api.start("me", { ...request, image: "hf.co/spaces/me/ft" });
  const [theirs, space, own, ownSpace] = hub.jobs.requests.map(
    (text) => JSON.parse(text) as Record<string, unknown>,
  );
  expect(own).toEqual(theirs);
  expect(ownSpace?.["spaceId"]).toBe(space?.["spaceId"]);
  const heard: string[] = [];
  const stop = new AbortController();
  try {
    for await (const line of api.log("me", ours.id, stop.signal)) {
      heard.push(line);
      if (line === "two") stop.abort();
    }
  } catch {
    // ended by us
  }
  expect(heard.slice(1)).toEqual(["one", "two"]);
  expect((await api.withLabel("me", "ft-run", "1"))?.id).toBe(hub.jobs.jobs.at(-1)?.id);
});
