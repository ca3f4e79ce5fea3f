// Titles above lists of questions and answers.
import { folded } from "../text/characters.ts";
import { wordList } from "./word-list.ts";

const titles = wordList(
  "faq, f.a.q, frequently asked, questions and answers, q&a, q & a, q and a, common questions, your questions, interview",
  "häufige fragen, häufig gestellte, fragen und antworten, foire aux questions, questions fréquentes, questions et réponses",
  "preguntas frecuentes, preguntas y respuestas, perguntas frequentes, perguntas e respostas, domande frequenti, domande e risposte",
  "sıkça sorulan, sık sorulan, sorular ve cevaplar, soru cevap, sss, veelgestelde vragen, najczęściej zadawane, часто задаваемые, вопросы и ответы",
  "常见问题, 常見問題, 问答, 問答, よくある質問, 자주 묻는, الأسئلة الشائعة, entretien avec, entrevista, söyleşi, röportaj, 访谈, 采访, questions",
);

export function isFaqTitle(title: string): boolean {
  const text = folded(title.slice(0, 120));
  return titles.some((known) => text.includes(known));
}
