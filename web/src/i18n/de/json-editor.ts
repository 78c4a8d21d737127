import type en from "@/i18n/en/json-editor";

const de: typeof en = {
  atLine: (line, text) => `Zeile ${line}: ${text}`,
  noJson: "Das ist kein JSON.",
  syntax: {
    InvalidSymbol: "Das ist kein JSON: Texte brauchen doppelte Anführungszeichen.",
    InvalidNumberFormat: "Das ist keine Zahl.",
    PropertyNameExpected: "Hier fehlt der Name eines Feldes in doppelten Anführungszeichen. Ist ein Komma zu viel?",
    ValueExpected: "Hier fehlt ein Wert. Ist ein Komma zu viel?",
    ColonExpected: "Nach dem Namen des Feldes fehlt ein Doppelpunkt.",
    CommaExpected: "Zwischen zwei Einträgen fehlt ein Komma.",
    CloseBraceExpected: "Es fehlt eine schließende Klammer }.",
    CloseBracketExpected: "Es fehlt eine schließende Klammer ].",
    EndOfFileExpected: "Hier darf nichts mehr folgen.",
    UnexpectedEndOfString: "Der Text endet nicht: Ein doppeltes Anführungszeichen fehlt.",
    InvalidCommentToken: "JSON kennt keine Kommentare.",
  },
  or: " oder ",
  types: {
    string: "ein Text",
    number: "eine Zahl",
    integer: "eine ganze Zahl",
    boolean: "true oder false",
    array: "eine Liste",
    object: "ein Objekt",
    null: "null",
  },
  unknownField: (name) => `Ein Feld „${name}“ gibt es hier nicht.`,
  missing: (name) => `Das Feld „${name}“ fehlt.`,
  type: (expected) => `Das muss ${expected} sein.`,
  unknownValue: (words) => `Das muss eines davon sein: ${words}.`,
  tooShort: (limit) => (limit === 1 ? "Das darf nicht leer sein." : `Das muss mindestens ${limit} haben.`),
  tooLong: (limit) => `Das darf höchstens ${limit} haben.`,
  noForm: "Das hat keine der hier möglichen Formen, oder es mischt sie.",
};

export default de;
