import { expect, test } from 'vitest';
import { createVirtualClock } from '../../../engine/adapters/memory/virtual-clock.ts';
import { createAttempt } from '../../../engine/runtime/supervisor/attempt.ts';
import { createSlot } from '../../../engine/runtime/supervisor/slot.ts';
import type { SpawnWorker } from '../../../engine/runtime/supervisor/worker-handle.ts';
import { CLAIM_STARTED } from '../../../engine/runtime/worker/worker-protocol.ts';
import { specOf } from '../../support/executors/specs.ts';

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
    onBroadcast: () => Promise.reject(new Error('there is none')),
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

test('an attempt that is stopped and does not listen has ended after 1.3 s, whatever holds its worker', async () => {
  const clock = createVirtualClock();
  const told: string[] = [];
  const terminating: number[] = [];
  const deaf: SpawnWorker = ({ onMessage }) => ({
    post(message) {
      told.push(message.kind);
      if (message.kind !== 'task') return;
      Atomics.store(message.claim, 0, CLAIM_STARTED);
      onMessage({ kind: 'started', id: message.id });
    },
    terminate() {
      terminating.push(clock.monotonic());
      return new Promise(() => undefined);
    },
    activity: () => ({ activeMs: 0, idleMs: 0 }),
    hold: () => undefined,
  });
  const attempt = createAttempt(
    specOf({ do: 'loop' }),
    { signal: new AbortController().signal, onEvent: () => undefined },
    { executorId: '1', memoryRemedy: '' },
  );
  const slot = createSlot({
    spawn: deaf,
    clock,
    facts: { executorId: '1', memoryRemedy: '' },
    onStarted: () => undefined,
    onDone: () => undefined,
    onPrepared: () => undefined,
    onLost: () => undefined,
    onBroadcast: () => Promise.reject(new Error('there is none')),
    assigned: () => [attempt],
    isBusy: () => true,
    onWarning: () => undefined,
  });
  slot.send(attempt, 'code');
  slot.stop(attempt, { kind: 'cancelled' });
  await clock.advance(299);
  expect([told, terminating]).toEqual([['task', 'cancel'], []]);
  await clock.advance(1_000);
  expect([attempt.phase, terminating]).toEqual(['running', [300]]);
  await clock.advance(1);
  expect(await attempt.outcome).toMatchObject({ kind: 'failure', failure: { kind: 'cancelled' } });
});
