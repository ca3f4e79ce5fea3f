// ft data push: a dataset onto the Hub, shown before it is sent.
import { z } from "zod";
import type { PushedSet, PushPlan } from "../../app/data/push.ts";
import { flags } from "../../core/flags.ts";
import { formatBytes } from "../../core/units.ts";
import { profiles } from "../../synth/profiles/registry.ts";
import { defineCommand } from "../define-command.ts";
import { uploadNote } from "../render/download.ts";
import { approval, messageOption, uploadOptions } from "./hub-options.ts";

function planText({ repository, files, bytes, secrets, card }: PushPlan): string {
  const who = repository.private === true ? "private" : "visible as the account has it";
  return [
    `${repository.url}, branch ${repository.branch}, ${who}`,
    ...files.map((file) => `  ${file.path}  ${formatBytes(file.bytes)}`),
    `${files.length} files, ${formatBytes(bytes)}`,
    ...secrets.map(({ file, kind, line }) => `secret: ${file}, line ${line ?? "?"}: ${kind}`),
    ...(card === null ? ["no README.md: the Hub shows no card"] : []),
  ].join("\n");
}

function pushedText(done: PushedSet): string {
  if (done.dryRun) return `${planText(done)}\n\n${done.card ?? ""}`.trimEnd();
  if (!done.isNew) return `${done.repository.url}: nothing had changed`;
  return `${done.repository.url}: ${done.sent.length} files, commit ${done.commit ?? ""}`;
}

const told = (plan: PushPlan) => ({
  all: planText(plan),
  brief: `${plan.files.length} files (${formatBytes(plan.bytes)}) to ${plan.repository.url}`,
});

export const dataPush = defineCommand({
  name: "data push",
  section: "Read and write",
  summary: "Upload a dataset to the Hub with a card; shows first what would be uploaded",
  arguments: {
    set: { about: "A file, a folder, or NAME@VERSION of a dataset in the store" },
    name: { about: "Repository on the Hub: user/name" },
  },
  options: z.strictObject({
    to: z
      .string()
      .default("trl")
      .describe("Profile whose form the rows have there")
      .register(flags, { value: "NAME", choices: () => profiles.names() }),
    ...uploadOptions,
    message: messageOption("Upload dataset"),
    dryRun: z.boolean().default(false).describe("Show files, card and secrets; send nothing"),
    allowSecrets: z
      .boolean()
      .default(false)
      .describe("Send rows even if they seem to hold secrets"),
  }),
  examples: [
    "ft data push support me/support-chats --dry-run",
    "ft data push rows.jsonl me/support-chats --private",
  ],
  run: async ({ arguments: { set = "", name = "" }, options }, io) => {
    const { pushSet } = await import("../../app/data/push.ts");
    const { private: isPrivate, revision, yes, allowSecrets, ...rest } = options;
    const done = await pushSet(io.environment, {
      ...rest,
      ...{ set, id: name, branch: revision, allowsSecrets: allowSecrets },
      isPrivate: isPrivate ? true : undefined,
      approve: approval(io, yes, told),
      onProgress: uploadNote(io),
      signal: io.signal,
    });
    io.show(done, () => pushedText(done));
  },
});
