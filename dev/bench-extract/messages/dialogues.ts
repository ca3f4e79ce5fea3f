// Questions and answers in six languages, put together from a seed: for measuring the renderers of this folder by
// themselves. Every sentence is written for this.
import type { Random } from "../../../src/core/random.ts";
import { chance, pick, type Dialogue, type DialogueTurn } from "./rendering.ts";

interface Phrases {
  readonly asks: readonly string[];
  readonly answers: readonly string[];
  readonly follows: readonly string[];
  readonly thanks: readonly string[];
  readonly things: readonly string[];
}

const phrases: readonly Phrases[] = [
  {
    asks: [
      "Hi, how do I reset the {}?",
      "My {} does not start any more. What can I do?",
      "Is there a way to update the {} without losing my settings?",
      "Hello! Where do I find the manual of the {}? I looked everywhere.",
    ],
    answers: [
      "Hold the small button on the back of the {} for ten seconds.",
      "Please unplug the {} and wait a minute. Then plug it in again.",
      "Yes: open the menu, choose Service, and follow the steps.\n\nIt takes about five minutes.",
      "The manual of the {} is on the support page under Downloads: https://support.example/manuals?id=7",
    ],
    follows: [
      "And does that keep my data?",
      "I tried that, but the {} still blinks red.",
      "Which version do I need for that?",
      "OK. Where is that menu?",
    ],
    thanks: ["Thanks, that worked!", "Great, thank you."],
    things: ["router", "coffee machine", "printer", "thermostat", "e-reader"],
  },
  {
    asks: [
      "Guten Tag, wie setze ich den {} zurück?",
      "Mein {} geht nicht mehr an. Was kann ich tun?",
      "Kann ich den {} auch ohne Internet benutzen?",
    ],
    answers: [
      "Halten Sie die kleine Taste am {} zehn Sekunden lang gedrückt.",
      "Ziehen Sie bitte den Stecker des Geräts. Nach einer Minute stecken Sie ihn wieder ein.",
      "Ja, dafür gibt es im Menü einen eigenen Punkt.\nEr heißt „Ohne Netz“.",
    ],
    follows: [
      "Bleiben dabei meine Daten erhalten?",
      "Das habe ich versucht, aber der {} blinkt weiter.",
      "Wo finde ich dieses Menü?",
    ],
    thanks: ["Danke, das hat geholfen!", "Vielen Dank."],
    things: ["Drucker", "Thermostat", "Fernseher", "Staubsauger"],
  },
  {
    asks: [
      "Bonjour, comment réinitialiser le {} ?",
      "Mon {} ne s'allume plus. Que faire ?",
      "Est-ce que le {} fonctionne sans connexion ?",
    ],
    answers: [
      "Appuyez dix secondes sur le petit bouton du {}.",
      "Débranchez l'appareil, attendez une minute, puis rebranchez-le.",
      "Oui, il suffit de choisir « Hors ligne » dans le menu.",
    ],
    follows: [
      "Est-ce que mes réglages sont conservés ?",
      "J'ai essayé, mais le {} clignote toujours.",
      "Où se trouve ce menu ?",
    ],
    thanks: ["Merci, ça marche !", "Parfait, merci beaucoup."],
    things: ["routeur", "téléviseur", "four", "thermostat"],
  },
  {
    asks: [
      "Hola, ¿cómo reinicio el {}?",
      "Mi {} ya no enciende. ¿Qué puedo hacer?",
      "¿Puedo usar el {} sin conexión?",
    ],
    answers: [
      "Mantenga pulsado el botón pequeño del {} durante diez segundos.",
      "Desconecte el {} y espere un minuto. Luego vuelva a conectarlo.",
      "Sí, en el menú hay una opción para eso.",
    ],
    follows: [
      "¿Se guardan mis datos?",
      "Ya lo intenté, pero el {} sigue parpadeando.",
      "¿Dónde está ese menú?",
    ],
    thanks: ["¡Gracias, ya funciona!", "Muchas gracias."],
    things: ["televisor", "horno", "teléfono", "reloj"],
  },
  {
    asks: [
      "Merhaba, {} nasıl sıfırlanır?",
      "{} artık açılmıyor. Ne yapabilirim?",
      "{} internet olmadan çalışır mı?",
    ],
    answers: [
      "Arkadaki küçük düğmeye on saniye basın.",
      "Lütfen fişi çekin ve bir dakika bekleyin. Sonra yeniden takın.",
      "Evet, menüde bunun için bir seçenek var.",
    ],
    follows: ["Ayarlarım silinir mi?", "Denedim ama {} hâlâ yanıp sönüyor.", "O menü nerede?"],
    thanks: ["Teşekkürler, oldu!", "Çok teşekkür ederim."],
    things: ["yazıcı", "modem", "fırın", "saat"],
  },
  {
    asks: ["你好，{}怎么恢复出厂设置？", "我的{}打不开了，怎么办？", "{}没有网络能用吗？"],
    answers: [
      "请按住{}背面的小按钮十秒钟。",
      "请先拔掉电源，等一分钟，再重新插上。",
      "可以，在菜单里选择“离线模式”。",
    ],
    follows: ["我的数据会丢失吗？", "我试过了，但是{}还在闪。", "这个菜单在哪里？"],
    thanks: ["谢谢，好了！", "非常感谢。"],
    things: ["打印机", "路由器", "电视", "手表"],
  },
];

/** A dialogue in one of the languages: a question, its answer, and up to three more of each. */
export function drawDialogue(random: Random): Dialogue {
  const { asks, answers, follows, thanks, things } = pick(random, phrases);
  const thing = pick(random, things);
  const say = (role: DialogueTurn["role"], texts: readonly string[]): DialogueTurn => ({
    role,
    text: pick(random, texts).replaceAll("{}", thing),
  });
  const turns = [say("user", asks), say("assistant", answers)];
  for (let more = random.integer(4); more > 0; more--)
    turns.push(say("user", follows), say("assistant", answers));
  if (chance(random, 0.3)) turns.push(say("user", thanks));
  return { turns };
}
