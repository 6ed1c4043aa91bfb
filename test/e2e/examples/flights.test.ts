import { plainFlights } from '../../support/plain-flights.ts';
import { testExample } from '../../support/test-example.ts';

testExample('flights', {
  expected: () => [plainFlights()],
  totals: ['2 jobs, 7 stages, 12 tasks, 0 retries'],
  mistake: ['examples/flights.ts', 'keepBest([...a, ...b], n)', 'keepBest(a, n)'],
});
