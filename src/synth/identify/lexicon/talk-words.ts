// Words people say to one another and documents that nobody speaks in hardly have.
import { folded, isEastAsianCode, isLetterCode } from "../text/characters.ts";
import { wordSet } from "./word-list.ts";

const talk = wordSet(
  "i, i'm, i've, i'll, i'd, you, you're, you'll, you've, your, yours, we, we're, we've, we'll, my, me, yes, no, yeah, yep, nope",
  "ok, okay, thanks, thank, please, hello, hi, hey, sorry, sure, well, oh, hmm, ah, uh, um, right, great, bye, goodbye, welcome",
  "that's, it's, let's, don't, didn't, can't, us, our, sir, madam, lol, haha, cool, nice, wow, absolutely, exactly, anyway",
  "ich, du, sie, wir, ihr, mir, mich, dir, dich, ihnen, mein, meine, dein, deine, ihre, ihren, ihrem, uns, ja, nein, danke, bitte, hallo",
  "guten, tschüss, genau, doch, gern, gerne, klar, okay, entschuldigung, na, mal, stimmt",
  "je, j'ai, tu, vous, nous, moi, toi, mon, ma, mes, votre, vos, oui, non, merci, bonjour, salut, d'accord, bien, désolé, c'est, alors",
  "yo, tú, usted, ustedes, nosotros, mi, mis, tu, su, sí, gracias, hola, vale, bueno, claro, perdón, lo, me, te, nos, está, puedo, tengo",
  "ben, sen, siz, biz, bana, sana, size, bize, benim, senin, sizin, evet, hayır, teşekkürler, teşekkür, lütfen, merhaba, selam, tamam",
  "peki, tabii, efendim, var, mı, mi, mu, mü, misiniz, mısınız, elbette, rica",
  "eu, você, nós, meu, minha, sim, não, obrigado, obrigada, olá, io, lei, noi, mio, mia, sì, grazie, ciao, prego, certo",
  "ik, jij, je, u, wij, mijn, nee, dank, hoi, ja, tak, nie, dziękuję, cześć, proszę, ja, pan, pani",
  "я, ты, вы, мы, мне, меня, вам, вас, мой, да, нет, спасибо, привет, здравствуйте, пожалуйста, хорошо",
  "أنا, أنت, نحن, نعم, لا, شكرا, مرحبا, אני, אתה, את, כן, לא, תודה, שלום, मैं, आप, हाँ, नहीं, धन्यवाद, नमस्ते",
);

const eastAsianTalk =
  "你 您 我 吗 呢 吧 谢 請 请 嗎 謝 哦 啊 嗯 です ます ません ください よ ね 요 니다 까 네 죠".split(
    " ",
  );

const wordMarks = 0x27;

function hasEastAsianTalk(text: string): boolean {
  return eastAsianTalk.some((word) => text.includes(word));
}

/** Whether a text has such a word among its first few hundred characters. */
export function talks(text: string): boolean {
  const near = folded(text.slice(0, 400)).replaceAll("’", "'");
  let start = -1;
  let eastAsian = false;
  for (let at = 0; at <= near.length; at += 1) {
    const code = at < near.length ? near.charCodeAt(at) : 0;
    if (isEastAsianCode(code)) eastAsian = true;
    if (isLetterCode(code) || (code === wordMarks && start !== -1)) {
      if (start === -1) start = at;
      continue;
    }
    if (start !== -1 && talk.has(near.slice(start, at))) return true;
    start = -1;
  }
  return eastAsian && hasEastAsianTalk(near);
}
