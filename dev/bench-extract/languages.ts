// What the benchmark's made dialogues are put together from, in six languages: exchanges that belong together, words
// for who speaks, and sentences around them.

export interface Language {
  readonly code: string;
  readonly names: readonly string[];
  /** Before questions and answers: words and letters. */
  readonly question: string;
  readonly answer: string;
  readonly questionLetter: string;
  readonly answerLetter: string;
  readonly user: string;
  readonly assistant: string;
  readonly customer: string;
  readonly agent: string;
  readonly faq: string;
  /** Around dialogues. */
  readonly prose: readonly string[];
  /** A question, an answer, and what an answer may go on with. */
  readonly exchanges: readonly (readonly [question: string, answer: string, more: string])[];
  readonly lists: readonly (readonly [lead: string, ...items: string[]])[];
}

const english: Language = {
  code: "en",
  names: ["Amelia", "Jonas", "Priya", "Walter", "Dr. Hughes", "Nora Quist"],
  question: "Question",
  answer: "Answer",
  questionLetter: "Q",
  answerLetter: "A",
  user: "User",
  assistant: "Assistant",
  customer: "Customer",
  agent: "Agent",
  faq: "Frequently Asked Questions",
  prose: [
    "The following was collected over the last two years and is kept up to date by the front office.",
    "This document may be copied freely within the organisation.",
  ],
  exchanges: [
    [
      "When does the swimming pool open on {day}?",
      "It opens at {n} in the morning and closes at nine.",
      "During school holidays it opens an hour earlier.",
    ],
    [
      "How long does the delivery take?",
      "Usually {n} working days, sometimes less.",
      "You get a message with a link as soon as the parcel is on its way.",
    ],
    [
      "Can I bring a friend along?",
      "Yes, one guest per member is free.",
      "Please tell us the name the day before.",
    ],
    [
      "What should I do if the alarm goes off at night?",
      "Press the grey button and wait for {n} seconds.",
      "If it does not stop, call the number on the door.",
    ],
    [
      "Why is my bill higher than last month?",
      "Because the tariff changed on {day}.",
      "The letter we sent in spring explains the new prices in detail.",
    ],
    [
      "Is there a discount for students?",
      "There is: {n} percent with a valid card.",
      "It does not apply to special exhibitions.",
    ],
    [
      "Who repairs the bikes?",
      "Walter does, every {day} after lunch.",
      "Bring the key and write your name on the list.",
    ],
    [
      "Do you remember where we put the ladder?",
      "I think it is behind the shed, next to the barrels.",
      "Be careful, one of its steps is loose.",
    ],
    [
      "Could you explain how the filter is cleaned?",
      "Take it out, rinse it with warm water and let it dry.",
      "Never use soap, it clogs the pores.",
    ],
    [
      "Which bus goes to the harbour?",
      "Number {n}, from the stop in front of the bakery.",
      "The last one leaves shortly after eleven.",
    ],
  ],
  lists: [
    ["You will need the following:", "a copy of the contract", "two photographs", "the old key"],
    ["There are three ways:", "by mail", "by phone", "in person at the desk"],
  ],
};

const german: Language = {
  code: "de",
  names: ["Anneliese", "Bernd", "Frau Klotz", "Yusuf", "Dr. Hahn", "Mia Sommer"],
  question: "Frage",
  answer: "Antwort",
  questionLetter: "F",
  answerLetter: "A",
  user: "Nutzer",
  assistant: "Assistent",
  customer: "Kunde",
  agent: "Berater",
  faq: "Häufige Fragen",
  prose: [
    "Die folgenden Punkte wurden im Laufe der Jahre gesammelt und werden vom Büro gepflegt.",
    "Dieses Blatt darf im Haus frei weitergegeben werden.",
  ],
  exchanges: [
    [
      "Wann öffnet das Schwimmbad am {day}?",
      "Es öffnet um {n} Uhr und schließt um neun.",
      "In den Ferien öffnet es eine Stunde früher.",
    ],
    [
      "Wie lange dauert die Lieferung?",
      "Meistens {n} Werktage, manchmal weniger.",
      "Sie bekommen eine Nachricht, sobald das Paket unterwegs ist.",
    ],
    [
      "Darf ich jemanden mitbringen?",
      "Ja, ein Gast ist frei.",
      "Bitte nennen Sie uns den Namen am Tag vorher.",
    ],
    [
      "Was mache ich, wenn nachts der Alarm losgeht?",
      "Drücken Sie den grauen Knopf und warten Sie {n} Sekunden.",
      "Hört er nicht auf, rufen Sie die Nummer an der Tür an.",
    ],
    [
      "Warum ist meine Rechnung höher als im letzten Monat?",
      "Weil sich der Tarif am {day} geändert hat.",
      "Der Brief vom Frühjahr erklärt die neuen Preise.",
    ],
    [
      "Gibt es eine Ermäßigung für Schüler?",
      "Ja, {n} Prozent mit gültigem Ausweis.",
      "Für Sonderausstellungen gilt sie nicht.",
    ],
    [
      "Wer repariert die Fahrräder?",
      "Das macht Bernd, jeden {day} nach dem Essen.",
      "Bring den Schlüssel mit und trag dich in die Liste ein.",
    ],
    [
      "Weißt du noch, wo die Leiter steht?",
      "Ich glaube, hinter dem Schuppen bei den Fässern.",
      "Sei vorsichtig, eine Sprosse ist lose.",
    ],
    [
      "Können Sie mir erklären, wie man den Filter reinigt?",
      "Nehmen Sie ihn heraus und spülen Sie ihn mit warmem Wasser.",
      "Seife verstopft die Poren, also bitte nie verwenden.",
    ],
    [
      "Welcher Bus fährt zum Hafen?",
      "Die Linie {n}, ab der Haltestelle vor der Bäckerei.",
      "Der letzte fährt kurz nach elf.",
    ],
  ],
  lists: [
    ["Sie brauchen dafür:", "eine Kopie des Vertrags", "zwei Fotos", "den alten Schlüssel"],
    ["Es gibt drei Wege:", "per Post", "am Telefon", "am Schalter"],
  ],
};

const french: Language = {
  code: "fr",
  names: ["Camille", "Bastien", "Mme Roux", "Idris", "Dr Vasseur", "Léa Morin"],
  question: "Question",
  answer: "Réponse",
  questionLetter: "Q",
  answerLetter: "R",
  user: "Utilisateur",
  assistant: "Assistant",
  customer: "Client",
  agent: "Conseiller",
  faq: "Questions fréquentes",
  prose: [
    "Ce qui suit a été rassemblé au fil des ans et est tenu à jour par le secrétariat.",
    "Cette feuille peut être copiée librement.",
  ],
  exchanges: [
    [
      "À quelle heure ouvre la piscine le {day} ?",
      "Elle ouvre à {n} heures et ferme à neuf heures.",
      "Pendant les vacances, elle ouvre une heure plus tôt.",
    ],
    [
      "Combien de temps prend la livraison ?",
      "En général {n} jours ouvrés, parfois moins.",
      "Vous recevez un message dès que le colis est en route.",
    ],
    [
      "Puis-je venir avec quelqu'un ?",
      "Oui, un invité par membre entre gratuitement.",
      "Merci de nous donner son nom la veille.",
    ],
    [
      "Que faire si l'alarme se déclenche la nuit ?",
      "Appuyez sur le bouton gris et attendez {n} secondes.",
      "Si elle continue, appelez le numéro affiché sur la porte.",
    ],
    [
      "Pourquoi ma facture est-elle plus élevée ?",
      "Parce que le tarif a changé le {day}.",
      "La lettre du printemps explique les nouveaux prix.",
    ],
    [
      "Y a-t-il une réduction pour les étudiants ?",
      "Oui, {n} pour cent sur présentation de la carte.",
      "Elle ne vaut pas pour les expositions temporaires.",
    ],
    [
      "Qui répare les vélos ?",
      "C'est Bastien, chaque {day} après le repas.",
      "Apporte la clé et inscris-toi sur la liste.",
    ],
    [
      "Tu te souviens où est l'échelle ?",
      "Je crois qu'elle est derrière la remise.",
      "Fais attention, un barreau est abîmé.",
    ],
    [
      "Pouvez-vous m'expliquer comment nettoyer le filtre ?",
      "Sortez-le et rincez-le à l'eau tiède.",
      "N'utilisez jamais de savon.",
    ],
    [
      "Quel bus va au port ?",
      "Le {n}, devant la boulangerie.",
      "Le dernier part peu après onze heures.",
    ],
  ],
  lists: [
    ["Il vous faut :", "une copie du contrat", "deux photos", "l'ancienne clé"],
    ["Il y a trois moyens :", "par courrier", "par téléphone", "au guichet"],
  ],
};

const spanish: Language = {
  code: "es",
  names: ["Rosario", "Efraín", "Sra. Vidal", "Omar", "Dr. Lozano", "Inés Prieto"],
  question: "Pregunta",
  answer: "Respuesta",
  questionLetter: "P",
  answerLetter: "R",
  user: "Usuario",
  assistant: "Asistente",
  customer: "Cliente",
  agent: "Agente",
  faq: "Preguntas frecuentes",
  prose: [
    "Lo que sigue se ha reunido a lo largo de los años y lo mantiene la oficina.",
    "Esta hoja puede copiarse libremente.",
  ],
  exchanges: [
    [
      "¿Cuándo abre la piscina el {day}?",
      "Abre a las {n} y cierra a las nueve.",
      "En vacaciones abre una hora antes.",
    ],
    [
      "¿Cuánto tarda el envío?",
      "Normalmente {n} días laborables, a veces menos.",
      "Recibirá un mensaje en cuanto salga el paquete.",
    ],
    [
      "¿Puedo traer a un amigo?",
      "Sí, un invitado por socio entra gratis.",
      "Díganos el nombre el día anterior.",
    ],
    [
      "¿Qué hago si suena la alarma por la noche?",
      "Pulse el botón gris y espere {n} segundos.",
      "Si no se detiene, llame al número de la puerta.",
    ],
    [
      "¿Por qué mi factura es más alta?",
      "Porque la tarifa cambió el {day}.",
      "La carta de primavera explica los nuevos precios.",
    ],
    [
      "¿Hay descuento para estudiantes?",
      "Sí, del {n} por ciento con carné.",
      "No vale para exposiciones especiales.",
    ],
    [
      "¿Quién arregla las bicicletas?",
      "Efraín, cada {day} después de comer.",
      "Trae la llave y apúntate en la lista.",
    ],
    [
      "¿Te acuerdas de dónde está la escalera?",
      "Creo que está detrás del cobertizo.",
      "Ten cuidado, un peldaño está suelto.",
    ],
    [
      "¿Puede explicarme cómo se limpia el filtro?",
      "Sáquelo y aclárelo con agua templada.",
      "No use nunca jabón.",
    ],
    [
      "¿Qué autobús va al puerto?",
      "El {n}, desde la parada de la panadería.",
      "El último sale poco después de las once.",
    ],
  ],
  lists: [
    ["Necesita lo siguiente:", "una copia del contrato", "dos fotografías", "la llave vieja"],
    ["Hay tres maneras:", "por correo", "por teléfono", "en la ventanilla"],
  ],
};

const turkish: Language = {
  code: "tr",
  names: ["Aylin", "Serkan", "Nermin Hanım", "Deniz", "Dr. Korkmaz", "Elif Aydın"],
  question: "Soru",
  answer: "Cevap",
  questionLetter: "S",
  answerLetter: "C",
  user: "Kullanıcı",
  assistant: "Asistan",
  customer: "Müşteri",
  agent: "Temsilci",
  faq: "Sıkça Sorulan Sorular",
  prose: [
    "Aşağıdakiler yıllar içinde toplandı ve ofis tarafından güncel tutuluyor.",
    "Bu sayfa serbestçe çoğaltılabilir.",
  ],
  exchanges: [
    [
      "Havuz {day} günü ne zaman açılıyor?",
      "Saat {n} civarında açılıyor, dokuzda kapanıyor.",
      "Okul tatilinde bir saat erken açılır.",
    ],
    [
      "Teslimat ne kadar sürer?",
      "Genellikle {n} iş günü, bazen daha az.",
      "Paket yola çıkınca size mesaj gelir.",
    ],
    [
      "Yanımda birini getirebilir miyim?",
      "Evet, her üyenin bir misafiri ücretsizdir.",
      "Lütfen adını bir gün önce bildirin.",
    ],
    [
      "Gece alarm çalarsa ne yapmalıyım?",
      "Gri düğmeye basın ve {n} saniye bekleyin.",
      "Durmazsa kapıdaki numarayı arayın.",
    ],
    [
      "Faturam neden geçen aydan yüksek?",
      "Çünkü tarife {day} günü değişti.",
      "Baharda gönderdiğimiz mektup yeni fiyatları anlatıyor.",
    ],
    [
      "Öğrenciler için indirim var mı?",
      "Var, kartla yüzde {n}.",
      "Özel sergilerde geçerli değildir.",
    ],
    [
      "Bisikletleri kim onarıyor?",
      "Serkan onarıyor, her {day} öğleden sonra.",
      "Anahtarı getir ve listeye adını yaz.",
    ],
    [
      "Merdiveni nereye koyduğumuzu hatırlıyor musun?",
      "Sanırım kulübenin arkasında, fıçıların yanında.",
      "Dikkat et, bir basamağı gevşek.",
    ],
    [
      "Filtrenin nasıl temizlendiğini anlatır mısınız?",
      "Çıkarın, ılık suyla durulayın ve kurutun.",
      "Asla sabun kullanmayın.",
    ],
    [
      "Limana hangi otobüs gidiyor?",
      "Fırının önündeki duraktan {n} numara.",
      "Sonuncusu on birden biraz sonra kalkar.",
    ],
  ],
  lists: [
    ["Şunlara ihtiyacınız var:", "sözleşmenin bir kopyası", "iki fotoğraf", "eski anahtar"],
    ["Üç yol var:", "posta ile", "telefonla", "gişede"],
  ],
};

const chinese: Language = {
  code: "zh",
  names: ["小林", "阿强", "王女士", "李明", "陈医生", "赵敏"],
  question: "问题",
  answer: "回答",
  questionLetter: "问",
  answerLetter: "答",
  user: "用户",
  assistant: "助手",
  customer: "客户",
  agent: "客服",
  faq: "常见问题",
  prose: ["以下内容由办公室多年收集整理，并随时更新。", "本页可以自由复印。"],
  exchanges: [
    ["游泳馆{day}几点开门？", "早上{n}点开门，晚上九点关门。", "放假期间提前一小时开门。"],
    ["送货需要多长时间？", "一般{n}个工作日，有时更快。", "包裹发出后您会收到短信。"],
    ["我可以带朋友来吗？", "可以，每位会员可免费带一位客人。", "请提前一天告诉我们姓名。"],
    ["夜里警报响了怎么办？", "请按灰色按钮，等{n}秒钟。", "如果还在响，请拨打门上的电话。"],
    ["为什么这个月的账单比上个月高？", "因为{day}起调整了价格。", "春天寄出的信里有详细说明。"],
    ["学生有优惠吗？", "有，凭学生证减百分之{n}。", "特展不适用。"],
    ["谁来修自行车？", "阿强修，每个{day}下午。", "带上钥匙，在名单上写下名字。"],
    ["你还记得梯子放在哪里吗？", "我想在棚子后面，靠着木桶。", "小心，有一级松了。"],
    ["请问过滤器怎么清洗？", "取出来用温水冲洗，然后晾干。", "千万不要用肥皂。"],
    ["哪路公交车去港口？", "在面包店门口坐{n}路。", "末班车十一点多发车。"],
  ],
  lists: [
    ["您需要准备：", "合同复印件", "两张照片", "旧钥匙"],
    ["有三种方式：", "邮寄", "电话", "到柜台办理"],
  ],
};

export const languages: readonly Language[] = [english, german, french, spanish, turkish, chinese];

const days: Readonly<Record<string, readonly string[]>> = {
  en: ["Monday", "Wednesday", "Saturday"],
  de: ["Montag", "Mittwoch", "Samstag"],
  fr: ["lundi", "mercredi", "samedi"],
  es: ["lunes", "miércoles", "sábado"],
  tr: ["pazartesi", "çarşamba", "cumartesi"],
  zh: ["星期一", "星期三", "星期六"],
};

export const daysOf = (code: string): readonly string[] => days[code] ?? [];
