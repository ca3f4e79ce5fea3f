// The registry of answer formats, one line each: the first that a template writes is taken, so what has marks of its own
// stands before what shares them.
import type { FormatEntry } from "../format.ts";
import { cohere, commandR } from "./cohere.ts";
import { deepseek, deepseekBare, deepseekElements } from "./deepseek.ts";
import { qwenCoder, seed } from "./function-elements.ts";
import { functionary } from "./functionary.ts";
import { functionGemma, gemma } from "./gemma.ts";
import { glm } from "./glm.ts";
import { harmony } from "./harmony.ts";
import { hermes } from "./hermes.ts";
import { kimiElements } from "./kimi-elements.ts";
import { kimi } from "./kimi.ts";
import { llama, pythonic } from "./llama.ts";
import {
  apertus,
  apriel,
  gigachat,
  granite,
  internlm,
  nemotron,
  phi,
  toolCallsList,
} from "./marked-json.ts";
import { minicpm } from "./minicpm.ts";
import { minimax } from "./minimax.ts";
import { mistral, mistralNamed } from "./mistral.ts";
import { muse } from "./muse.ts";
import { lfm, pythonLines, smollm } from "./python-calls.ts";
import { solar } from "./solar.ts";

export const formats: readonly FormatEntry[] = [
  harmony,
  kimi,
  kimiElements,
  muse,
  deepseekElements,
  deepseek,
  deepseekBare,
  minimax,
  seed,
  qwenCoder,
  functionary,
  minicpm,
  glm,
  mistralNamed,
  mistral,
  cohere,
  commandR,
  gemma,
  functionGemma,
  solar,
  lfm,
  apertus,
  nemotron,
  gigachat,
  internlm,
  apriel,
  toolCallsList,
  phi,
  granite,
  pythonLines,
  smollm,
  hermes,
  pythonic,
  llama,
];
