// Speakers whose word says on which side they stand: who asks and is helped, and who answers.
import { wordSet } from "./word-list.ts";

const asking = wordSet(
  "user, usr, human, me, you, customer, client, caller, patient, student, pupil, visitor, requester, prompt, end user",
  "shopper, buyer, learner, trainee, input, instruction, you said, human said, user said, i asked, member",
  "interviewer, host, moderator, reporter, journalist, questioner, examiner, presenter, anchor",
  "Benutzer, Benutzerin, Nutzer, Nutzerin, Anwender, Anwenderin, Kunde, Kundin, Patientin, Schüler, Schülerin, Mensch",
  "Anrufer, Anruferin, Interviewerin, Moderatorin, Reporterin, Journalistin, Redaktion, Bürger, Bürgerin, Studentin, ich",
  "utilisateur, utilisatrice, cliente, élève, étudiant, étudiante, humain, intervieweur, intervieweuse, journaliste, moi",
  "animateur, usuario, usuaria, humano, alumno, alumna, estudiante, paciente, entrevistador, entrevistadora, periodista, yo",
  "kullanıcı, müşteri, öğrenci, hasta, insan, danışan, arayan, gazeteci, muhabir, sunucu, soran",
  "utente, intervistatore, intervistatrice, studente, paziente, giornalista, aluno, aluna, usuário, gebruiker, klant",
  "użytkownik, klient, пользователь, клиент, пациент, студент, журналист, интервьюер, ведущий, корреспондент, человек",
  "用户, 客户, 顾客, 患者, 病人, 学生, 记者, 主持人, 我, 提问者, 用戶, 客戶, ユーザー, お客様, 生徒, 客, 사용자, 고객, 학생, 기자",
  "مستخدم, المستخدم, العميل, الزبون, محاور, المريض, משתמש, उपयोगकर्ता, ผู้ใช้, ลูกค้า",
  "🧑, 👤, 🙋, 👩, 👨, 🙂, 🧑‍💻",
);

const answering = wordSet(
  "assistant, ai, bot, chatbot, gpt, gpt-4, gpt-4o, chatgpt, claude, gemini, copilot, bard, llama, mistral, model, agent",
  "support, support agent, ai assistant, virtual assistant, customer service, customer support, service agent, support team",
  "support engineer, chat agent, live agent, csr, advisor, adviser, representative, rep, sales rep, operator, helpdesk",
  "help desk, technician, tech support, it support, response, output, completion, expert, doctor, nurse, therapist",
  "counselor, counsellor, pharmacist, teacher, tutor, professor, instructor, coach, mentor, lawyer, attorney, consultant",
  "librarian, receptionist, mechanic, interviewee, guest, respondent, witness, the witness, deponent, staff",
  "chatgpt said, assistant said, claude said, gemini said, copilot said, ai said, bot said, answerer, advisor said",
  "Assistent, Assistentin, KI, Berater, Beraterin, Mitarbeiter, Mitarbeiterin, Kundenservice, Kundendienst, Kundenberater",
  "Arzt, Ärztin, Lehrer, Lehrerin, Techniker, Technikerin, Apotheker, Apothekerin, Experte, Expertin, Befragter, Befragte",
  "Interviewpartner, Interviewpartnerin, Zeuge, Zeugin, Gast, Support-Team, Kundenbetreuer",
  "assistante, IA, agente, conseiller, conseillère, médecin, professeur, enseignant, technicien, invité, invitée, témoin",
  "service client, asistente, soporte, servicio, atención al cliente, médico, médica, doctora, profesor, profesora, técnico",
  "técnica, entrevistado, entrevistada, experto, experta, asesor, asesora, invitado, invitada",
  "asistan, yapay zekâ, yapay zeka, temsilci, müşteri temsilcisi, destek, destek ekibi, doktor, öğretmen, uzman, danışman",
  "teknisyen, konuk, eczacı, müşteri hizmetleri, assistente, supporto, dottore, dottoressa, insegnante, intervistato",
  "intervistata, consulente, esperto, ospite, medewerker, asystent, konsultant, ассистент, помощник, бот, ии, оператор",
  "поддержка, врач, учитель, эксперт, консультант, гость, агент",
  "助手, 助理, 客服, 客服人员, 机器人, 人工智能, 医生, 老师, 专家, 嘉宾, 受访者, 顾问, 回答者, 小助手, アシスタント, 店員, 先生",
  "オペレーター, サポート, 상담원, 어시스턴트, 선생님, 의사, مساعد, المساعد, الوكيل, الدعم, ضيف, الطبيب, עוזר, सहायक, ผู้ช่วย",
  "🤖, 💁, 🤓, 👩‍⚕️, 👨‍⚕️",
);

const instructing = wordSet(
  "system, system prompt, système, sistema, sistem, система, 系统, 系統, システム, 시스템, النظام",
);

const titles = /^(?:the|le|la|l'|el|der|die|das|il|lo) /;

const teaching = wordSet(
  "teacher, tutor, professor, instructor, coach, trainer, Lehrer, Lehrerin, professeur, enseignant, profesor, profesora",
  "öğretmen, hoca, insegnante, учитель, преподаватель, 老师, 教师, 先生, 선생님",
);

/** Whether the word is of those who know but also ask to hear what others know. */
export function teaches(stem: string): boolean {
  return teaching.has(stem.replace(titles, ""));
}

/** The side a folded label stands on; the verb of `ChatGPT said` belongs to the word. */
export type Side = "asks" | "answers" | "instructs";

export function sideOf(stem: string): Side | undefined {
  const bare = stem.replace(titles, "");
  if (asking.has(bare)) return "asks";
  if (answering.has(stem) || answering.has(bare)) return "answers";
  return instructing.has(bare) ? "instructs" : undefined;
}
