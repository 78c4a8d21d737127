// What a peer's program does: one scenario, and one line at the end. The same program runs again as each of the
// processes that it spreads its work over, because one Node.js process has one core.

import { readFile } from 'node:fs/promises';
import { parse } from './command.js';
import { serve } from './process.js';
import { run } from './scenarios.js';

export async function main(peer) {
  // A line on stdout means that the run counts; whatever a library prints goes to stderr.
  console.log = console.info = console.error;
  const command = parse();
  if (command.role) return serve(peer, command);
  const store = await peer.setUp(command);
  const figure = await run(peer, store, command);
  const { note, ...measured } = figure;
  const settings = peer.settings(command) + (note ? `; ${note}` : '');
  const report = { peer: peer.name, version: await version(peer.name), settings, scenario: command.scenario, ...measured };
  process.stdout.write(`${JSON.stringify(report)}\n`, () => process.exit(0));
}

// Of the package that is installed, so that no constant goes stale.
async function version(name) {
  const manifest = new URL(`../node_modules/${name}/package.json`, import.meta.url);
  return JSON.parse(await readFile(manifest, 'utf8')).version;
}
