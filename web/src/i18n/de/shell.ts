import type en from "@/i18n/en/shell";

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
  updated: "Es gibt eine neue Version der Konsole.",
};

export default de;
