// The model that a run learns from beside its rows: found, compared with the one that learns, and loaded frozen. It is
// named as any model is; which objective wants one its entry says.
import { ConfigError } from "../../core/errors.ts";
import { type PlannedModel, loadPlanned, planFittingModel } from "../../models/load.ts";
import {
  chooseDtype,
  type ModelOrigin,
  type OpenedModel,
  openModel,
} from "../../models/open-model.ts";
import type { ActiveBackend } from "../../mx/index.ts";
import type { Tokenizer } from "../../text/types.ts";
import { chosenMethod } from "../../train/methods.ts";
import { objectives } from "../../train/objectives/index.ts";
import type { TrainableModel } from "../../train/objectives/objective.ts";
import { modelDigest } from "../../weights/index.ts";
import type { RunConfig } from "../config/schema.ts";

export interface PlannedTeacher {
  planned: PlannedModel;
}

/** Where the teacher is to be found; undefined for an objective that has none. */
export function teacherOf(config: RunConfig): ModelOrigin | undefined {
  const name = objectives.get(chosenMethod(config).objective).teacher?.(config);
  if (name === undefined || name === null) return undefined;
  return { name, revision: null, cache_dir: config.model.cache_dir };
}

/** The first id that stands for another token in one than in the other. */
function firstDifference(a: Tokenizer, b: Tokenizer): number | undefined {
  const count = Math.max(a.vocabularySize, b.vocabularySize);
  for (let id = 0; id < count; id++) if (a.idToToken(id) !== b.idToToken(id)) return id;
  return undefined;
}

/** @throws ConfigError FT-CONFIG-074 where ids stand for other tokens than in the model that learns. */
function requireSameTokens(name: string, pupil: Tokenizer, teacher: Tokenizer): void {
  const id = firstDifference(pupil, teacher);
  if (id === undefined) return;
  const said = [pupil, teacher].map((one) => JSON.stringify(one.idToToken(id) ?? null));
  throw new ConfigError("FT-CONFIG-074", {
    at: { field: "distillation.teacher" },
    message:
      `the vocabulary of ${name} is not that of the model that is trained: ` +
      `token ${id} is ${said[1]} there and ${said[0]} here`,
    hint: "choose a larger model of the same family, or train on answers that the teacher wrote (--method lora)",
  });
}

/** Reads no weights. Throws as `openModel` and `planFittingModel` do, and for a vocabulary of its own. */
export async function planTeacher(
  config: RunConfig,
  pupil: OpenedModel,
): Promise<PlannedTeacher | undefined> {
  const origin = teacherOf(config);
  if (origin === undefined) return undefined;
  const opened = await openModel(origin, { leaveWeights: true });
  requireSameTokens(origin.name, pupil.tokenizer, opened.tokenizer);
  return { planned: await planFittingModel(opened.stored) };
}

/** Of its weights and its config.json. */
export async function teacherDigest({ planned }: PlannedTeacher): Promise<string> {
  return await modelDigest(planned.source);
}

/** With its weights, in the precision that suits the backend; nothing of it is trained. */
export function loadTeacher(
  teacher: PlannedTeacher | undefined,
  backend: ActiveBackend,
): TrainableModel {
  if (teacher === undefined) throw new RangeError("no teacher was planned");
  const { model } = loadPlanned(teacher.planned, chooseDtype("auto", backend));
  model.freeze();
  return model;
}
