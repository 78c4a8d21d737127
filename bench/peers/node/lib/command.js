// The command line, the same for every peer in every language.

import { parseArgs } from 'node:util';

const SCENARIOS = ['burn-down', 'steady', 'deep', 'finished', 'idle', 'latency', 'enqueue'];

export function parse() {
  const { values } = parseArgs({
    options: {
      'database-url': { type: 'string' },
      scenario: { type: 'string' },
      jobs: { type: 'string', default: '200000' },
      seconds: { type: 'string', default: '60' },
      backlog: { type: 'string', default: '1000000' },
      // Given by a peer to the processes that it starts.
      role: { type: 'string' },
    },
  });
  const { 'database-url': databaseUrl, scenario, role } = values;
  if (!databaseUrl) throw new Error('--database-url is missing');
  if (!SCENARIOS.includes(scenario)) throw new Error(`--scenario must be one of ${SCENARIOS.join(', ')}`);
  return { databaseUrl, scenario, role, ...numbers(values, ['jobs', 'seconds', 'backlog']) };
}

function numbers(values, names) {
  return Object.fromEntries(
    names.map((name) => {
      const number = Number(values[name]);
      if (!Number.isSafeInteger(number) || number < 0) throw new Error(`--${name} must be a whole number`);
      return [name, number];
    }),
  );
}
