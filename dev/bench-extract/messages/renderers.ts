// The renderers of this folder by the kind of file they write, one line each.
import { chatGpt, claude, stackExchange, tickets } from "./assistants.ts";
import { discord, discordText, irc, slack } from "./channels.ts";
import { teams, telegram, whatsApp } from "./chats.ts";
import { eml, mbox } from "./mail.ts";
import type { Render } from "./rendering.ts";
import { srt, vtt } from "./transcripts.ts";

export const messageRenderers: Readonly<Record<string, Render>> = {
  whatsapp: whatsApp,
  telegram,
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
