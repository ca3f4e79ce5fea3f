// The renderers of this folder by the kind of file they write, one line each.
import { chatGpt, claude, stackExchange, tickets } from "./assistants.ts";
import { discord, discordText, irc, slack, telegramGroup } from "./channels.ts";
import { teams, telegram, whatsApp } from "./chats.ts";
import { eml, mbox } from "./mail.ts";
import type { Render } from "./rendering.ts";
import { srt, vtt } from "./transcripts.ts";

export const messageRenderers: Readonly<Record<string, Render>> = {
  whatsapp: whatsApp,
  telegram,
  "telegram-group": telegramGroup,
  teams,
  irc,
  discord,
  "discord-text": discordText,
  slack,
  vtt,
  srt,
  mbox,
  eml,
  chatgpt: chatGpt,
  claude,
  tickets,
  "stack-exchange": stackExchange,
};

/** The F1 of turns aimed at: less where several conversations run at once and nothing marks them. */
export const messageGoals: Readonly<Record<string, number>> = { "telegram-group": 0.85 };
