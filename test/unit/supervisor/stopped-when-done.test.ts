import { expect, test } from 'vitest';
import { createVirtualClock, type VirtualClock } from '../../../engine/adapters/memory/virtual-clock.ts';
import { type Attempt, createAttempt } from '../../../engine/runtime/supervisor/attempt.ts';
import { commitPrepared } from '../../../engine/runtime/supervisor/commit-prepared.ts';
import { createSlot } from '../../../engine/runtime/supervisor/slot.ts';
import type { SpawnWorker } from '../../../engine/runtime/supervisor/worker-handle.ts';
import type { FromWorker, PreparedOutput, ToWorker } from '../../../engine/runtime/worker/worker-protocol.ts';
import { specOf } from '../../support/executors/specs.ts';
import { metrics } from '../commit/commit-shapes.ts';

const FACTS = { executorId: '1', memoryRemedy: '' };
const PREPARED: PreparedOutput = { output: { kind: 'file', path: '/out/part-00000-a', length: 1, checksum: '0' }, metrics };

function attemptNow(): Attempt {
  return createAttempt(specOf({ do: 'thread' }), { signal: new AbortController().signal, onEvent: () => undefined }, FACTS);
}

/** An attempt that its worker hands over although it was stopped; `taken` is when what it staged is gone. */
function handedOver(taken: Promise<void>): { readonly clock: VirtualClock; readonly attempt: Attempt; readonly asked: string[] } {
  const clock = createVirtualClock();
  const attempt = attemptNow();
  const asked: string[] = [];
  attempt.stopReason = { kind: 'cancelled' };
  const election = {
    commit: () => Promise.reject(new Error('committed')),
    withdraw: async () => {
      asked.push('withdraw');
      await taken;
    },
  };
  void commitPrepared(attempt, { prepared: PREPARED, election, clock });
  return { clock, attempt, asked };
}

test('an attempt that was stopped is not committed, and is over when what it staged is gone', async () => {
  const { promise: taken, resolve } = Promise.withResolvers<void>();
  const { attempt, asked } = handedOver(taken);
  expect([asked, attempt.phase]).toEqual([['withdraw'], 'committing']);
  resolve();
  expect(await attempt.outcome).toMatchObject({ kind: 'failure', failure: { kind: 'cancelled' } });
});

test('or after a second, if that takes longer', async () => {
  const { clock, attempt } = handedOver(new Promise(() => undefined));
  await clock.advance(999);
  expect(attempt.phase).toBe('committing');
  await clock.advance(1);
  expect(await attempt.outcome).toMatchObject({ kind: 'failure', failure: { kind: 'cancelled' } });
});

test('its worker has other tasks by then and is left alone', async () => {
  const clock = createVirtualClock();
  const calls: string[] = [];
  const posted: ToWorker[] = [];
  let tell = (_message: FromWorker): void => undefined;
  const spawn: SpawnWorker = ({ onMessage }) => {
    tell = onMessage;
    return {
      post: (message) => void posted.push(message),
      terminate: async () => void calls.push('terminate'),
      activity: () => ({ activeMs: 0, idleMs: 0 }),
      hold: () => undefined,
    };
  };
  const slot = createSlot({
    spawn,
    clock,
    facts: FACTS,
    onStarted: () => undefined,
    onDone: () => undefined,
    onPrepared: () => void calls.push('prepared'),
    onLost: () => undefined,
    onBroadcast: () => Promise.reject(new Error('there is none')),
    assigned: () => [],
    isBusy: () => true,
    onWarning: () => undefined,
  });
  const attempt = attemptNow();
  slot.send(attempt, 'code');
  const [task] = posted;
  if (task?.kind !== 'task') throw new Error('no task was sent');
  slot.stop(attempt, { kind: 'cancelled' });
  tell({ kind: 'prepared', id: task.id, prepared: PREPARED });
  await clock.advance(10_000);
  expect(calls).toEqual(['prepared']);
});
