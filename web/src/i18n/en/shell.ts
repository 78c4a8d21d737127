/** The frame around all pages. */
import { plurals } from "../catalogue";

const plural = plurals("en-GB");

export default {
  inbox: "Inbox",
  contacts: "Contacts",
  connections: "Connections",
  rules: "Rules",
  operations: "Operations",
  people: "People",
  settings: "Settings",
  more: "More",
  navigation: "Main",
  skipToContent: "Skip to content",
  account: (name: string) => `Account of ${name}`,
  profile: "Profile and security",
  signOut: "Sign out",
  unsentTitle: "Sign out before everything is sent?",
  unsentDetail: (count: number) =>
    plural(count, {
      one: "# message has not been sent yet. It is lost when you sign out.",
      other: "# messages have not been sent yet. They are lost when you sign out.",
    }),
  signOutAnyway: "Sign out all the same",
  availability: "Availability",
  availabilities: { automatic: "Online while I am here", away: "Away" },
  theme: "Theme",
  themeSystem: "As the system",
  themeLight: "Light",
  themeDark: "Dark",
  language: "Language",
  shortcuts: "Keyboard shortcuts",
  shortcutsHint: "Nothing happens while you type in a field.",
  generalGroup: "Everywhere",
  goTo: (page: string) => `Go to ${page}`,
  notFound: "There is no such page",
  notFoundHint: "The address may be old or mistyped.",
  toInbox: "Go to the inbox",
  pageFailed: "This page has stopped working",
  reload: "Reload",
  live: "Connected: what happens is shown at once",
  connecting: "Connecting",
  polling: "Not connected: asked for again every 30 seconds",
  offline: "Offline: what you write is sent later",
  updated: "There is a new version of the console.",
};
