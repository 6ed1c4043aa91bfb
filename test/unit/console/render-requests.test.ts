import { expect, test } from 'vitest';
import { renderSummary } from '../../../driver/console/render-summary.ts';
import type { UntimedEvent } from '../../../driver/events/event-bus.ts';
import { summarize } from '../../../driver/events/summarize.ts';
import type { AppEvent } from '../../../engine/types/app-event.ts';
import { NO_REQUESTS } from '../../../engine/types/request-usage.ts';
import { anEvent } from '../../support/events.ts';

const plain = (_: unknown, text: string): string => text;

test('the closing lines tell requests where they cost, and nothing of them elsewhere', () => {
  const requests = { ...NO_REQUESTS, gets: 1200, heads: 34, puts: 5, lists: 6, deletes: 7, readUnits: 1, writeUnits: 890 };
  const linesOf = (...events: readonly UntimedEvent[]): string[] =>
    renderSummary(summarize(events.map((event) => ({ timeMs: 0, ...event }) as AppEvent)), plain).split('\n  ');
  expect(linesOf(anEvent.taskSucceeded(0, { requests }), anEvent.appEnded({ requests: { ...NO_REQUESTS, puts: 1000 } }))).toContain(
    'requests: 1,234 GET, 1,005 PUT, 6 LIST, 7 DELETE; items: 1 read unit, 890 write units',
  );
  expect(linesOf(anEvent.taskSucceeded(0), anEvent.appEnded()).join()).not.toContain('requests');
});
