import type en from "@/i18n/en/shell";
import { plurals } from "../catalogue";

const plural = plurals("de-DE");

const de: typeof en = {
  inbox: "Posteingang",
  contacts: "Kontakte",
  connections: "Verbindungen",
  rules: "Regeln",
  operations: "Betrieb",
  people: "Personen",
  settings: "Einstellungen",
  more: "Mehr",
  navigation: "Hauptmenü",
  skipToContent: "Zum Inhalt springen",
  account: (name) => `Konto von ${name}`,
  profile: "Profil und Sicherheit",
  signOut: "Abmelden",
  unsentTitle: "Abmelden, bevor alles gesendet ist?",
  unsentDetail: (count) =>
    plural(count, {
      one: "# Nachricht ist noch nicht gesendet. Sie geht verloren, wenn Sie sich abmelden.",
      other: "# Nachrichten sind noch nicht gesendet. Sie gehen verloren, wenn Sie sich abmelden.",
    }),
  signOutAnyway: "Trotzdem abmelden",
  availability: "Verfügbarkeit",
  availabilities: {
    automatic: "Online, solange ich da bin",
    away: "Abwesend",
    busy: "Beschäftigt",
    offline: "Offline",
  },
  statusText: "Statustext",
  statusWrite: "Statustext schreiben…",
  statusHint: "Kollegen sehen ihn, wo sie Personen auswählen. Auf allen Ihren Geräten.",
  statusSay: "Anzeigen",
  statusNone: "Keinen anzeigen",
  theme: "Darstellung",
  themeSystem: "Wie das System",
  themeLight: "Hell",
  themeDark: "Dunkel",
  language: "Sprache",
  shortcuts: "Tastenkürzel",
  shortcutsHint: "Solange Sie in ein Feld schreiben, geschieht nichts.",
  generalGroup: "Überall",
  goTo: (page) => `Zu ${page}`,
  notFound: "Diese Seite gibt es nicht",
  notFoundHint: "Die Adresse ist vielleicht alt oder falsch geschrieben.",
  toInbox: "Zum Posteingang",
  pageFailed: "Diese Seite funktioniert nicht mehr",
  reload: "Neu laden",
  live: "Verbunden: was geschieht, erscheint sofort",
  connecting: "Verbindung wird aufgebaut",
  polling: "Nicht verbunden: alle 30 Sekunden wird nachgesehen",
  offline: "Offline: was Sie schreiben, wird später gesendet",
  updated: "Es gibt eine neue Version der Konsole.",
};

export default de;
