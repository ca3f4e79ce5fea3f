// ft remote hosts: the machines that a run may be sent to.
import { z } from "zod";
import { hostsFile, listHosts } from "../../app/remote/hosts.ts";
import { defineCommand } from "../define-command.ts";
import { table } from "../render/table.ts";

export const remoteHostsCommand = defineCommand({
  name: "remote hosts",
  summary: "List the hosts that ft train start --on may name",
  options: z.strictObject({}),
  examples: ["ft remote hosts", "ft remote hosts --json"],
  run: (_, io) => {
    const hosts = listHosts(io.environment);
    const file = hostsFile(io.environment);
    io.show({ file, hosts }, () =>
      table(hosts, [
        { title: "HOST", value: ({ name }) => name },
        { title: "KIND", value: ({ kind }) => kind },
        { title: "FROM", value: ({ from }) => from },
      ]),
    );
    io.note(`one more is an entry in ${file}`);
    return Promise.resolve();
  },
});
