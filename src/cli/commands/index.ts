// Every command, in the order of help. The next command is one file and one line here.
import type { Command } from "../define-command.ts";
import { configProfiles } from "./config-profiles.ts";
import { configSchema } from "./config-schema.ts";
import { configShow } from "./config-show.ts";
import { runsList } from "./runs-list.ts";
import { runsShow } from "./runs-show.ts";
import { trainListData } from "./train-list-data.ts";
import { trainQuick } from "./train-quick.ts";
import { trainResume } from "./train-resume.ts";
import { trainStart } from "./train-start.ts";

export const commands: readonly Command[] = [
  trainQuick,
  trainStart,
  trainResume,
  trainListData,
  configShow,
  configProfiles,
  configSchema,
  runsList,
  runsShow,
];
