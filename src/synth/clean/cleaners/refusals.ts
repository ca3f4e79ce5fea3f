// Answers that refuse, or speak of being a model: what a tuned model should seldom learn. By how they begin.
import { type Cleaner, drop, exchangesIn } from "../cleaner.ts";

/** In lower case, with plain apostrophes. */
const beginnings: readonly string[] = [
  "i'm sorry, but i can",
  "i am sorry, but i can",
  "i'm sorry, i can",
  "sorry, but i can",
  "sorry, i can't",
  "sorry, i cannot",
  "i apologize, but i",
  "i can't assist with",
  "i cannot assist with",
  "i can't help with",
  "i cannot help with",
  "i can't provide",
  "i cannot provide",
  "i'm unable to",
  "i am unable to",
  "i'm not able to",
  "i am not able to",
  "i won't be able to",
  "as an ai",
  "i'm just an ai",
  "i am just an ai",
  "es tut mir leid, aber ich kann",
  "tut mir leid, aber ich kann",
  "tut mir leid, ich kann",
  "als ki-",
  "als ki ",
  "als sprachmodell",
  "lo siento, pero no puedo",
  "lo siento, no puedo",
  "como modelo de lenguaje",
  "como una ia",
  "je suis désolé, mais je ne peux",
  "désolé, mais je ne peux",
  "en tant qu'ia",
  "en tant que modèle de langage",
  "mi dispiace, ma non posso",
  "desculpe, mas não posso",
  "к сожалению, я не могу",
  "извините, но я не могу",
  "как языковая модель",
  "抱歉,我无法",
  "抱歉,我不能",
  "对不起,我不能",
  "对不起,我无法",
  "作为一个人工智能",
  "作为ai",
  "作为一个ai",
  "申し訳ありませんが、",
  "申し訳ございませんが、",
  "aiとして",
  "죄송하지만",
  "üzgünüm, ancak",
];

/** Japanese and Korean begin an apology so; only with an inability is it a refusal. */
const unfinished: Readonly<Record<string, readonly string[]>> = {
  "申し訳ありませんが、": ["できません", "できかねます"],
  "申し訳ございませんが、": ["できません", "できかねます"],
  죄송하지만: ["없습니다", "수 없"],
  "üzgünüm, ancak": ["amam", "emem", "yardımcı olam"],
};

const lookedAt = 200;

function refusal(answer: string): string | undefined {
  const start = answer
    .slice(0, 2 * lookedAt)
    .normalize("NFKC")
    .replaceAll(/[’‘ʼ]/g, "'")
    .toLowerCase()
    .trimStart()
    .slice(0, lookedAt);
  return beginnings.find(
    (beginning) =>
      start.startsWith(beginning) &&
      (unfinished[beginning]?.some((rest) => start.includes(rest)) ?? true),
  );
}

export const refusals: Cleaner = {
  about: "answers that refuse, or mention being a language model",
  prepare:
    () =>
    ({ said }) => {
      for (const { answer } of exchangesIn(said)) {
        const found = refusal(answer);
        if (found !== undefined) return drop(`refusal: ${found}`);
      }
      return [];
    },
};
