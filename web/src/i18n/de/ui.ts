import type en from "@/i18n/en/ui";

const de: typeof en = {
  close: "Schließen",
  cancel: "Abbrechen",
  copy: "Kopieren",
  copied: "Kopiert",
  undo: "Rückgängig",
  dismiss: "Ausblenden",
  retry: "Erneut versuchen",
  loading: "Lädt",
  loadMore: "Mehr laden",
  required: "erforderlich",
  search: "Suchen",
  nothingFound: "Nichts gefunden",
  choose: "Auswählen",
  remove: (what) => `${what} entfernen`,
  offline: "Der Server ist nicht erreichbar. Prüfen Sie Ihre Verbindung und versuchen Sie es erneut.",
  requestId: (id) => `Anfrage ${id}`,
  notifications: "Meldungen",
  online: "online",
  away: "abwesend",
  busy: "beschäftigt",
  offlinePresence: "offline",
};

export default de;
