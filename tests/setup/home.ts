// Gives every test file its own empty FT_HOME, inside the folder of this run, and takes away what a person has set for the
// program on this machine: keys and addresses of services, and settings, which would decide what tests see.
import { mkdtempSync } from "node:fs";
import path from "node:path";
import { inject } from "vitest";

/** Which addon, which peers, how much: what a run of the tests itself is told. */
const ofTheRun =
  /^FT_(ADDON|BACKEND|CHROMIUM|EXPORTED_MODEL|GGUF_TUNED|GO|INTEROP|KERNELS|NEW|NODES|REAL_MODEL_ENABLE|SANITIZE|SOAK|TABLE|THREADS|WORK|BENCH_\w+|TEST_\w+|\w*PYTHON\w*)$/;
const ofThePerson =
  /^(FT_\w+|\w+_API_KEY|\w+_BASE_URL|(AGENT|LLM)_\w+|(OPENAI|ANTHROPIC|GOOGLE|GEMINI)_MODEL|OLLAMA_URL|HF_(TOKEN|ENDPOINT)|(DATABASE|TINKER)_\w+|DATA_DIR|LOG_LEVEL)$/;

for (const name of Object.keys(process.env))
  if (ofThePerson.test(name) && !ofTheRun.test(name)) delete process.env[name];

process.env["FT_HOME"] = mkdtempSync(path.join(inject("runFolder"), "home-"));
