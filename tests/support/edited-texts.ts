// Texts in six languages put together by a seed, copies of them with 2, 5 and 10 % of their words edited in several ways,
// and texts that share half of their sentences and are no copies. What belongs together is known.
import { Random } from "../../src/core/random.ts";

const words: Record<string, string> = {
  en: "river house morning teacher letter garden winter market bridge question answer window paper train doctor village story music bread water light road season student library engine harbor mountain account invoice delivery customer printer cable update contract insurance ticket journey opens carries finds writes repairs returns explains orders closes counts moves remembers small bright heavy quiet broken new old late careful simple the a this that every with under behind before after because when while near without",
  de: "Fluss Haus Morgen Lehrerin Brief Garten Winter Markt Brücke Frage Antwort Fenster Papier Zug Ärztin Dorf Geschichte Musik Brot Wasser Licht Straße Jahreszeit Schüler Bücherei Motor Hafen Gebirge Konto Rechnung Lieferung Kundin Drucker Kabel Vertrag Versicherung Fahrkarte Reise öffnet trägt findet schreibt repariert erklärt bestellt schließt zählt bewegt erinnert klein hell schwer ruhig kaputt neu alt spät sorgfältig einfach der die das jeder mit unter hinter vor nach weil wenn während neben ohne",
  es: "río casa mañana maestra carta jardín invierno mercado puente pregunta respuesta ventana papel tren médica pueblo historia música pan agua luz camino estación alumno biblioteca motor puerto montaña cuenta factura entrega cliente impresora cable contrato seguro billete viaje abre lleva encuentra escribe repara vuelve explica pide cierra cuenta mueve recuerda pequeño claro pesado tranquilo roto nuevo viejo tarde cuidadoso sencillo el la este cada con bajo detrás antes después porque cuando mientras cerca sin",
  ru: "река дом утро учительница письмо сад зима рынок мост вопрос ответ окно бумага поезд врач деревня история музыка хлеб вода свет дорога время ученик библиотека двигатель гавань гора счёт накладная доставка покупатель принтер кабель договор страховка билет поездка открывает несёт находит пишет чинит возвращает объясняет заказывает закрывает считает двигает помнит маленький яркий тяжёлый тихий сломанный новый старый поздний простой этот каждый под за перед после потому когда пока около без",
  zh: "河流 房子 早晨 老师 书信 花园 冬天 市场 大桥 问题 回答 窗户 纸张 火车 医生 村庄 故事 音乐 面包 清水 灯光 道路 季节 学生 图书馆 发动机 港口 高山 账户 发票 送货 顾客 打印机 电缆 合同 保险 车票 旅行 打开 搬运 找到 写下 修理 返回 解释 订购 关闭 计算 移动 记得 小的 明亮 沉重 安静 坏掉 崭新 古老 晚到 仔细 简单 这个 每个 下面 后面 以前 以后 因为 时候 附近 没有",
  ja: "川辺 家屋 朝方 先生 手紙 庭園 冬場 市場 大橋 質問 答え まど 用紙 電車 お医者さん 村里 物語 音楽 パン お水 あかり 道路 季節 生徒 図書館 エンジン 港町 山々 口座 請求書 配達 お客様 プリンター ケーブル 契約 保険 切符 旅行 開けます 運びます 見つけます 書きます 直します 戻ります 説明します 注文します 閉めます 数えます 動かします 覚えます 小さな 明るい 重たい 静かな 壊れた 新しい 古びた 遅れた 丁寧な 簡単な この 毎回 下の 後ろの 以前 以後 なぜなら とき 近くで なしで",
};

export const languages = Object.keys(words);

const isJoined = (language: string): boolean => language === "zh" || language === "ja";
const fullStop = (language: string): string => (isJoined(language) ? "。" : ".");

export interface Labelled {
  id: string;
  text: string;
  /** Rows of one group are copies of one text. */
  group: string;
}

type Tokens = string[];

const pick = (random: Random, list: readonly string[]): string =>
  list[random.integer(list.length)]!;

/** Frequent words are frequent: rank by the product of two numbers. */
const frequent = (random: Random, list: readonly string[]): string =>
  list[Math.floor(random.next() * random.next() * list.length)]!;

function sentence(random: Random, language: string, list: readonly string[]): Tokens {
  const length = 6 + random.integer(9);
  const tokens = Array.from({ length }, () =>
    random.next() < 0.4 ? frequent(random, list) : pick(random, list),
  );
  return [...tokens.slice(0, -1), tokens.at(-1)! + fullStop(language)];
}

function sentences(random: Random, language: string, size: number): Tokens[] {
  const list = random.shuffled(words[language]!.split(" "));
  const found: Tokens[] = [];
  for (let count = 0; count < size;) {
    const next = sentence(random, language, list);
    found.push(next);
    count += next.length;
  }
  return found;
}

const typo = (random: Random, word: string): string => {
  const at = random.integer(word.length);
  const letter = word[random.integer(word.length)]!;
  return random.next() < 0.5
    ? word.slice(0, at) + letter + word.slice(at + 1)
    : word.slice(0, at) + letter + word.slice(at);
};

/** One edit at a place: another word, none, one more, two that change places, a slip of the key. */
function edit(random: Random, tokens: Tokens, list: readonly string[]): void {
  const at = random.integer(tokens.length);
  const kind = random.integer(5);
  if (kind === 0) tokens[at] = pick(random, list);
  else if (kind === 1) tokens.splice(at, 1);
  else if (kind === 2) tokens.splice(at, 0, pick(random, list));
  else if (kind === 3 && at + 1 < tokens.length)
    [tokens[at], tokens[at + 1]] = [tokens[at + 1]!, tokens[at]!];
  else tokens[at] = typo(random, tokens[at]!);
}

const joined = (tokens: Tokens, language: string): string =>
  tokens.join(isJoined(language) ? "" : " ");

/** `share` of the words edited, and case, spaces and marks as another program writes them. */
function copyOf(random: Random, tokens: Tokens, language: string, share: number): string {
  const copy = [...tokens];
  const list = words[language]!.split(" ");
  for (let left = Math.round(share * tokens.length); left > 0; left--) edit(random, copy, list);
  const text = joined(copy, language);
  const form = random.integer(4);
  if (form === 0) return text.toUpperCase();
  if (form === 1) return text.replaceAll(".", " .").replaceAll("。", "！");
  return form === 2 ? ` ${text}\n` : text;
}

export interface SetOptions {
  seed: number;
  /** Texts of each language before any copy. */
  texts: number;
  /** Words of a text at least. */
  size: number;
}

/** Rows in random order: half of the texts have copies, a third have a sibling with half of their sentences. */
export function labelledSet({ seed, texts, size }: SetOptions): Labelled[] {
  const random = Random.fromSeed(seed);
  const rows: Labelled[] = [];
  for (const language of languages) {
    for (let number = 0; number < texts; number++) {
      const group = `${language}-${number}`;
      const own = sentences(random, language, size);
      const tokens = own.flat();
      const put = (text: string, of: string): number =>
        rows.push({ id: `${of}#${rows.length}`, text, group: of });
      put(joined(tokens, language), group);
      if (number % 2 === 0)
        for (const share of [0.02, 0.05, 0.1]) put(copyOf(random, tokens, language, share), group);
      if (number % 3 === 0) {
        const others = sentences(random, language, size / 2);
        const half = [...own.slice(0, own.length / 2), ...others].flat();
        put(joined(half, language), `${group}-half`);
      }
    }
  }
  return random.shuffled(rows);
}

export interface Score {
  precision: number;
  recall: number;
  f1: number;
}

const pairsIn = (sizes: Iterable<number>): number =>
  [...sizes].reduce((sum, size) => sum + (size * (size - 1)) / 2, 0);

function sizes(keys: readonly string[]): number[] {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return [...counts.values()];
}

/** Of pairs of rows that are said to belong together, and of those that do. */
export function pairScore(groups: readonly string[], clusters: readonly string[]): Score {
  const both = pairsIn(sizes(groups.map((group, at) => `${group}\n${clusters[at]}`)));
  const precision = both / Math.max(1, pairsIn(sizes(clusters)));
  const recall = both / Math.max(1, pairsIn(sizes(groups)));
  return { precision, recall, f1: (2 * precision * recall) / Math.max(1e-9, precision + recall) };
}
