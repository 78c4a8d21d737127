// What the host calls. Each exported object is one interface of `wit/world.wit`, under its name; the code itself lies
// beside this file, where `node --test` reaches it without a host.

import { send as http } from "signalbox:plugin/http@1.0.0";
import { check } from "./check.js";
import { PluginError } from "./errors.js";
import { parse } from "./parse.js";
import { send } from "./send.js";

export const webhooks = {
  parse: (context, request) => JSON.stringify(parse(context, request)),
};

export const channel = {
  send: (context, message) => send(JSON.parse(context.settings), http, JSON.parse(message)),
  pollStatus: () => {
    throw new PluginError("unsupported", "this plugin does not ask for statuses");
  },
};

export const admin = {
  check: () => JSON.stringify(check(http)),
  options: (_context, field) => {
    throw new PluginError("unsupported", `\`${field}\` has no options`);
  },
  migrateSettings: (context) => context.settings,
};
