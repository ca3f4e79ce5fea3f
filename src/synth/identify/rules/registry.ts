// The rules by name, one line each.
import { assistantLabels } from "./assistant-labels.ts";
import { bareSpeakers } from "./bare-speakers.ts";
import { chatLogs } from "./chat-logs.ts";
import { dashDialogues } from "./dash-dialogues.ts";
import { definitions } from "./definitions.ts";
import { hearings } from "./hearings.ts";
import { inlineQuestions } from "./inline-questions.ts";
import { mailThreads } from "./mail-threads.ts";
import { markupTurns } from "./markup-turns.ts";
import { questionAnswerLabels } from "./question-answer-labels.ts";
import { questionHeadings } from "./question-headings.ts";
import { questionLines } from "./question-lines.ts";
import { quotedQuestions } from "./quoted-questions.ts";
import type { Rule } from "./rule.ts";
import { speakerNames } from "./speaker-names.ts";
import { tables } from "./tables.ts";

export const rules: Readonly<Record<string, Rule>> = {
  "question-answer-labels": questionAnswerLabels,
  "assistant-labels": assistantLabels,
  "speaker-names": speakerNames,
  hearings,
  "chat-logs": chatLogs,
  "bare-speakers": bareSpeakers,
  "dash-dialogues": dashDialogues,
  "question-headings": questionHeadings,
  "question-lines": questionLines,
  "inline-questions": inlineQuestions,
  "quoted-questions": quotedQuestions,
  definitions,
  tables,
  "markup-turns": markupTurns,
  "mail-threads": mailThreads,
};
