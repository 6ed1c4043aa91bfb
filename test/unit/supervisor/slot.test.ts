import { expect, test } from 'vitest';
import { createVirtualClock } from '../../../engine/adapters/memory/virtual-clock.ts';
import { createSlot } from '../../../engine/runtime/supervisor/slot.ts';
import type { SpawnWorker } from '../../../engine/runtime/supervisor/worker-handle.ts';

test('a worker that is being terminated keeps the process alive although no attempt is left', async () => {
  const calls: string[] = [];
  const gone = Promise.withResolvers<void>();
  const spawn: SpawnWorker = () => ({
    post: () => undefined,
    terminate: () => {
      calls.push('terminate');
      return gone.promise;
    },
    activity: () => ({ activeMs: 0, idleMs: 0 }),
    hold: (busy) => void calls.push(`hold ${busy}`),
  });
  const slot = createSlot({
    spawn,
    clock: createVirtualClock(),
    facts: { executorId: '1', memoryRemedy: '' },
    onStarted: () => undefined,
    onDone: () => undefined,
    onPrepared: () => undefined,
    onLost: () => undefined,
    assigned: () => [],
    isBusy: () => false,
    onWarning: () => undefined,
  });
  slot.prewarm();
  slot.hold();
  const closed = slot.close();
  slot.hold();
  gone.resolve();
  await closed;
  expect(calls).toEqual(['hold false', 'hold false', 'terminate']);
});
