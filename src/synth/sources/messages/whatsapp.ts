// WhatsApp's "Export chat": a text file, or _chat.txt in a zip. Both programs, their languages' dates, lines of the
// program itself and placeholders of media.
import { StampedLog, type Draft } from "./stamped-log.ts";
import { isMark } from "./stamps.ts";
import { whatsAppHead } from "./whatsapp-heads.ts";

const leftToRight = "\u200e";

/** Ends of a line that stand for a file, in the languages seen. The name before them is not what was said. */
const attached = [
  "(file attached)",
  "(Datei angehängt)",
  "(fichier joint)",
  "(archivo adjunto)",
  "(arquivo anexado)",
  "(file allegato)",
  "(bestand bijgevoegd)",
  "(dosya ekli)",
  "(файл добавлен)",
  "(文件附件)",
];
/** Whole messages that the Android program writes in place of what it left out, between angle brackets or bare. */
const placeholders = new Set([
  "<media omitted>",
  "<medien ausgeschlossen>",
  "<médias omis>",
  "<multimedia omitido>",
  "<archivo omitido>",
  "<mídia oculta>",
  "<arquivo de mídia oculto>",
  "<media omessi>",
  "<media weggelaten>",
  "<medya dahil edilmedi>",
  "<без медиафайлов>",
  "<省略多媒体文件>",
  "<メディアは含まれていません>",
  "<미디어 파일 제외됨>",
  "this message was deleted",
  "you deleted this message",
  "diese nachricht wurde gelöscht.",
  "diese nachricht wurde gelöscht",
  "du hast diese nachricht gelöscht.",
  "se eliminó este mensaje.",
  "eliminaste este mensaje.",
  "ce message a été supprimé",
  "vous avez supprimé ce message",
  "mensagem apagada",
  "questo messaggio è stato eliminato",
  "missed voice call",
  "missed video call",
  "waiting for this message",
  "null",
]);
/** Written behind a message that its author changed. */
const edited = [
  "<This message was edited>",
  "<Diese Nachricht wurde bearbeitet.>",
  "<Diese Nachricht wurde bearbeitet>",
  "<Se editó este mensaje.>",
  "<Ce message a été modifié>",
  "<Mensagem editada>",
];

export class WhatsAppLog extends StampedLog {
  line(text: string, start: number): void {
    const head = whatsAppHead(text);
    if (head === undefined) {
      this.#follow(text, start);
      return;
    }
    const { stamp, speaker, textFrom } = head;
    if (/[ap]\.?\s?m\b/iu.test(text.slice(0, textFrom))) this.noteTwelveHours();
    const isMarked = text[textFrom] === leftToRight;
    this.begin({
      start,
      end: start + text.length,
      spans: [],
      stamp,
      speaker,
      automatic: speaker === undefined,
      saidUntil: start,
    });
    if (isMarked || isAttachment(text.slice(textFrom))) this.#replaced();
    else this.#say(text, start, textFrom);
  }

  #follow(text: string, start: number): void {
    if (this.draft === undefined) return;
    this.#say(text, start, 0);
  }

  /** The line is the program's; a caption may follow. */
  #replaced(): void {
    if (this.draft !== undefined) this.draft.automatic = true;
  }

  #say(text: string, start: number, from: number): void {
    this.say(text.slice(0, lengthUnedited(text)), start, from);
    if (from === 0 && this.draft?.speaker !== undefined && text.trim() !== "")
      this.draft.automatic = false;
    if (from > 0 && placeholders.has(plain(text.slice(from)))) this.#replaced();
  }

  protected ended(draft: Draft): void {
    if (draft.spans.length === 0) draft.automatic = true;
  }
}

function plain(said: string): string {
  let kept = "";
  for (const character of said) if (!isMark(character.charCodeAt(0))) kept += character;
  return kept.trim().toLowerCase();
}

function isAttachment(said: string): boolean {
  const trimmed = said.trimEnd();
  if (trimmed.startsWith("<attached:") || trimmed.startsWith("<Anhang:")) return true;
  return attached.some((end) => trimmed.endsWith(end));
}

/** How much of a line was said, without the note that it was changed. */
function lengthUnedited(text: string): number {
  if (!text.endsWith(">")) return text.length;
  const note = edited.find((end) => text.endsWith(end));
  if (note === undefined) return text.length;
  return text
    .slice(0, text.length - note.length)
    .trimEnd()
    .replace(/\u200e$/u, "")
    .trimEnd().length;
}
