import { simulate } from '../../../simulator/simulate.ts';
import { ALL_FAULTS } from './all-faults.ts';
import { waitsForReal, wordCount } from './word-count.ts';

// Prints the histories of some seeds, effect by effect and event by event.
for (const seed of process.argv.slice(2)) {
  const { events, outcome } = await simulate(seed === 'waits' ? waitsForReal : wordCount, {
    seed,
    strict: true,
    rates: ALL_FAULTS,
    config: { taskTimeoutMs: 60_000 },
    onTrace: (line) => process.stdout.write(`${line}\n`),
  });
  for (const event of await events()) process.stdout.write(`${JSON.stringify(event)}\n`);
  process.stdout.write(`${JSON.stringify(outcome)}\n`);
}
