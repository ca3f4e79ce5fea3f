// Every kind of document that is read, one line each. Which of them reads a file is decided in opening/recognise.ts.
import { Registry } from "../../core/registry.ts";
import { unknownKind } from "./errors.ts";
import { epubReader } from "./kinds/epub.ts";
import { htmlReader } from "./kinds/html.ts";
import { jsonLinesReader, jsonReader } from "./kinds/json.ts";
import { markdownReader } from "./kinds/markdown.ts";
import { docxReader } from "./kinds/office/docx.ts";
import { odpReader } from "./kinds/office/odp.ts";
import { odsReader } from "./kinds/office/ods.ts";
import { odtReader } from "./kinds/office/odt.ts";
import { pptxReader } from "./kinds/office/pptx.ts";
import { xlsxReader } from "./kinds/office/xlsx.ts";
import { pdfReader } from "./kinds/pdf/pdf.ts";
import { rtfReader } from "./kinds/rtf.ts";
import { csvReader, tsvReader } from "./kinds/separated-values.ts";
import { textReader } from "./kinds/text.ts";
import { chatGptReader } from "./messages/chatgpt.ts";
import { claudeReader } from "./messages/claude.ts";
import { discordReader } from "./messages/discord.ts";
import {
  discordTextReader,
  ircReader,
  srtReader,
  vttReader,
  whatsAppReader,
} from "./messages/log-readers.ts";
import { emlReader, mboxReader } from "./messages/mail/readers.ts";
import { slackReader } from "./messages/slack.ts";
import { stackExchangeReader } from "./messages/stack-exchange.ts";
import { teamsReader } from "./messages/teams.ts";
import { telegramHtmlReader } from "./messages/telegram-html.ts";
import { telegramReader } from "./messages/telegram.ts";
import { ticketReader } from "./messages/tickets.ts";
import type { SourceReader } from "./reader.ts";

export const readers: Registry<SourceReader> = new Registry<SourceReader>(
  {
    csv: csvReader,
    docx: docxReader,
    epub: epubReader,
    html: htmlReader,
    json: jsonReader,
    jsonl: jsonLinesReader,
    markdown: markdownReader,
    odp: odpReader,
    ods: odsReader,
    odt: odtReader,
    pdf: pdfReader,
    pptx: pptxReader,
    rtf: rtfReader,
    text: textReader,
    tsv: tsvReader,
    xlsx: xlsxReader,
    // Chats, subtitles, mail, exports of assistants.
    chatgpt: chatGptReader,
    claude: claudeReader,
    discord: discordReader,
    "discord-text": discordTextReader,
    eml: emlReader,
    irc: ircReader,
    mbox: mboxReader,
    slack: slackReader,
    srt: srtReader,
    "stack-exchange": stackExchangeReader,
    teams: teamsReader,
    telegram: telegramReader,
    "telegram-html": telegramHtmlReader,
    tickets: ticketReader,
    vtt: vttReader,
    whatsapp: whatsAppReader,
  },
  ({ name, known }) => unknownKind(`${name}; known are ${known.join(", ")}`),
);
