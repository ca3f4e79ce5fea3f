// Trying over the API: a base and what was trained from it asked side by side, one process for both that goes with the
// studio, checkpoints switched without loading the base again, blind votes that become rows which training reads.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeFolder } from "../support/folders.ts";
import { childrenOf, commandOf, isAlive, runProgram, until } from "../support/program.ts";
import { studioProgram } from "../support/studio-program.ts";

// eslint-disable-next-line typescript/no-explicit-any
type Told = any;

const eventsIn = (text: string): Told[] =>
  text
    .split("\n")
    .flatMap((line) => (line.startsWith("data: ") ? [JSON.parse(line.slice(6))] : []));

const textOf = (events: readonly Told[], side: number): string =>
  events.flatMap((one) => (one.type === "piece" && one.side === side ? [one.text] : [])).join("");

const asked = (subjects: readonly string[], more: object = {}) => ({
  sides: subjects.map((subject) => ({
    subject,
    messages: [{ role: "user", content: "How many singers are there?" }],
  })),
  ...{ max_tokens: 12, alternatives: 3, ...more },
});

test(
  "base and tuned answer side by side; votes become rows that ft train reads",
  { timeout: 600_000 },
  async () => {
    const home = makeFolder();
    const output = join(makeFolder(), "tuned");
    const train = ["train", "start", "builtin/tiny", "wikisql-chat", "--iters", "6"];
    const rate = ["--save-steps", "3", "--warmup-steps", "0", "--lr", "0.02", "--output", output];
    const env = { FT_HOME: home };
    expect((await runProgram([...train, ...rate], { env })).code).toBe(0);
    const { program, client } = await studioProgram(env);
    const hostsNow = (): number[] =>
      childrenOf(program.process.pid ?? 0).filter((pid) =>
        commandOf(pid).includes("model-process"),
      );
    expect(hostsNow()).toEqual([]);
    const { body: list } = await client.call("getV1TrySubjects");
    const base = list.subjects.find(({ id }: Told) => id === "builtin/tiny");
    const [tuned, ...checkpoints] = list.subjects.filter(({ run }: Told) => run !== null);
    expect([base.kind, tuned.kind, tuned.base]).toEqual(["base", "adapter", "builtin/tiny"]);
    expect(checkpoints.map(({ step }: Told) => step)).toEqual([6, 3]);

    const first = await client.call("postV1TryAnswers", { body: asked([base.id, tuned.id]) });
    const events = eventsIn(first.text);
    expect(events.at(-1)).toMatchObject({ type: "done", trial: null });
    expect(events.filter(({ type }) => type === "ended")).toHaveLength(2);
    expect(textOf(events, 0)).not.toBe(textOf(events, 1));
    const pieces = events.filter(({ type }) => type === "piece");
    for (const { tokens } of pieces)
      for (const { logprob, top } of tokens) {
        expect(logprob).toBeLessThanOrEqual(0);
        expect(top).toHaveLength(3);
        // greedy: what was written is the likeliest
        expect(logprob).toBeCloseTo(top[0].logprob, 4);
      }
    const hosts = hostsNow();
    expect(hosts).toHaveLength(1);

    // another adapter on the same base: the same process, and nothing is loaded
    const other = await client.call("postV1TryAnswers", { body: asked([checkpoints[1].id]) });
    expect(eventsIn(other.text).some(({ type }) => type === "loading")).toBe(false);
    const { body: held } = await client.call("getV1TryModels");
    expect(held.models).toMatchObject([{ base: "builtin/tiny", ready: true, answering: 0 }]);
    expect(held.models[0].adapters).toEqual([tuned.id, checkpoints[1].id]);
    expect(hostsNow()).toEqual(hosts);

    const blind = asked([base.id, tuned.id], { blind: true });
    const hidden = eventsIn((await client.call("postV1TryAnswers", { body: blind })).text);
    const { trial } = hidden.at(-1);
    expect(JSON.stringify(hidden)).not.toContain(tuned.id);
    const params = { id: trial as string };
    const { body: vote } = await client.call("postV1TryTrialsId", {
      ...{ params, body: { choice: "first" } },
    });
    expect(vote.answers.map(({ subject }: Told) => subject).toSorted()).toEqual(
      [base.id, tuned.id].toSorted(),
    );
    expect(vote.answers.map(({ text }: Told) => text)).toEqual([
      textOf(hidden, 0),
      textOf(hidden, 1),
    ]);
    const again = await client.call("postV1TryTrialsId", { params, body: { choice: "tie" } });
    expect(again.status).toBe(404);
    const { body: votes } = await client.call("getV1TryVotes");
    expect([votes.total, votes.tallies[0].wins.toSorted()]).toEqual([1, [0, 1]]);
    const { body: set } = await client.call("postV1TryVotesExport", { body: { name: "mine" } });
    expect([set.version, set.rows, set.left_out]).toEqual(["mine@1", 1, 0]);
    const [row] = readFileSync(set.file, "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect([row.chosen[0].content, row.rejected[0].content]).toEqual(
      vote.answers.map(({ text }: Told) => text),
    );
    const dpo = ["train", "validate", "builtin/tiny", set.file, "--method", "dpo", "--json"];
    const checked = await runProgram(dpo, { env });
    expect([checked.code, checked.stderr]).toEqual([0, expect.anything()]);

    const unknown = await client.call("postV1TryAnswers", { body: asked(["/etc/passwd"]) });
    expect([unknown.status, unknown.body.error.code]).toEqual([404, "FT-TRY-001"]);
    await client.call("deleteV1TryModels");
    await until(() => hosts.every((pid) => !isAlive(pid)));
    await client.call("postV1TryAnswers", { body: asked([base.id]) });
    const later = hostsNow();
    program.process.kill("SIGTERM");
    expect((await program.ended).code).toBe(0);
    await until(() => later.every((pid) => !isAlive(pid)));
  },
);
