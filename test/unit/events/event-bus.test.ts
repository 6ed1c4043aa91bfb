import { expect, test } from 'vitest';
import { createEventBus } from '../../../driver/events/event-bus.ts';
import { createVirtualClock } from '../../../engine/adapters/memory/virtual-clock.ts';

test('every listener gets every event at once, in order, with the time', async () => {
  const clock = createVirtualClock({ startMs: 5000 });
  const bus = createEventBus(clock);
  const seen: string[] = [];
  bus.subscribe((event) => seen.push(`a ${event.kind} ${event.timeMs}`));
  bus.subscribe((event) => seen.push(`b ${event.kind} ${event.timeMs}`));
  bus.emit({ kind: 'appEnded', status: 'succeeded', message: null, requests: null });
  await clock.advance(10);
  bus.emit({ kind: 'warning', code: 'X', message: 'y' });
  expect(seen).toEqual(['a appEnded 5000', 'b appEnded 5000', 'a warning 5010', 'b warning 5010']);
});
