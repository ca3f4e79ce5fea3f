// ft remote hosts: the machines that a run may be sent to; one more, one less.
import { z } from "zod";
import { addHost, removeHost } from "../../app/remote/hosts-edit.ts";
import { hostsFile, listHosts } from "../../app/remote/hosts.ts";
import { UsageError } from "../../core/errors.ts";
import { hostKinds } from "../../remote/hosts/kinds/index.ts";
import { defineCommand } from "../define-command.ts";
import type { Io } from "../io.ts";
import { table } from "../render/table.ts";

const acts = {
  add: {
    about: "add NAME KEY=VALUE…",
    async run(name: string, settings: readonly string[], io: Io): Promise<void> {
      const { file, host } = await addHost(io.environment, name, settings);
      io.show({ file, host }, () => `${host.name} (${host.kind}) is in ${file}`);
      if (hostKinds.get(host.kind).open !== undefined) io.note(`ft remote check ${name} asks it`);
    },
  },
  remove: {
    about: "remove NAME",
    async run(name: string, settings: readonly string[], io: Io): Promise<void> {
      if (settings.length > 0) throw notUnderstood(`remove takes one name, not ${settings[0]} too`);
      const file = await removeHost(io.environment, name);
      io.show({ file, removed: name }, () => `${name} is in ${file} no more`);
    },
  },
} as const;

function notUnderstood(message: string): UsageError {
  const forms = Object.values(acts).map(({ about }) => `ft remote hosts ${about}`);
  return new UsageError("FT-USAGE-008", { message, hint: forms.join(", or ") });
}

const isAct = (word: string): word is keyof typeof acts => Object.hasOwn(acts, word);

export const remoteHostsCommand = defineCommand({
  name: "remote hosts",
  summary: "List the hosts for ft train start --on; add or remove one",
  arguments: {
    action: {
      about: "Without it the hosts are listed",
      optional: true,
      choices: Object.keys(acts),
    },
    name: { about: "Name of the host", optional: true },
    settings: {
      about: "KEY=VALUE, as in hosts.yaml; default: kind=ssh",
      optional: true,
      many: true,
    },
  },
  options: z.strictObject({}),
  examples: [
    "ft remote hosts",
    "ft remote hosts --json",
    "ft remote hosts add big-mac address=192.0.2.7 user=ada ft=/Users/ada/ft/bin/ft",
    "ft remote hosts remove big-mac",
  ],
  run: async ({ operands: [action, name, ...settings] }, io) => {
    if (action !== undefined) {
      if (!isAct(action))
        throw notUnderstood(`'${action}' is none of ${Object.keys(acts).join(", ")}`);
      if (name === undefined) throw notUnderstood(`${action} whom? A name is missing`);
      return await acts[action].run(name, settings, io);
    }
    const hosts = listHosts(io.environment);
    const file = hostsFile(io.environment);
    io.show({ file, hosts }, () =>
      table(hosts, [
        { title: "HOST", value: ({ name }) => name },
        { title: "KIND", value: ({ kind }) => kind },
        { title: "FROM", value: ({ from }) => from },
      ]),
    );
    io.note("ft remote hosts add NAME KEY=VALUE… writes one more");
  },
});
