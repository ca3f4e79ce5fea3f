// The Python clients of OpenAI and Anthropic against a served toy. Runs where the peers' Python has them:
// pip install openai anthropic.
import { execFile, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { serveToy } from "../../support/served-model.ts";

const python = process.env["FT_PEERS_PYTHON"] ?? "python3";
const hasClients = spawnSync(python, ["-c", "import openai, anthropic"]).status === 0;
const script = fileURLToPath(new URL("clients.py", import.meta.url));

test.skipIf(!hasClients)(
  "chat, streams, forms, tools and errors through the Python clients",
  async () => {
    const served = await serveToy();
    const { stdout } = await promisify(execFile)(python, [script, served.url]);
    expect(stdout.trim()).toBe("ok");
    await served.stop();
  },
);
