import { describe, expect, test } from 'vitest';
import { chaosText, parseChaos } from '../../../driver/chaos/parse-chaos.ts';

const LOCAL = 'local[2]';

describe('chaos', () => {
  test('kinds with their rates, and the seed', () => {
    const chaos = parseChaos('task=0.05, shuffle=1,driver=2,seed=7', LOCAL);

    expect(chaos).toEqual({ rates: { task: 0.05, shuffle: 1, driver: 2, commit: 0, store: 0, throttle: 0, slow: 0 }, seed: '7' });
    expect(chaosText(chaos, '7')).toBe('task=0.05,shuffle=1,driver=2,seed=7');
  });

  test.each([
    ['tsk=0.1', 'chaos: unknown kind "tsk" in "tsk=0.1". Did you mean "task"?'],
    [
      'earthquake=1',
      'chaos: unknown kind "earthquake" in "earthquake=1". Kinds: task, shuffle, driver, commit, store, throttle, slow, seed.',
    ],
    ['task=1.5', 'chaos: task is "1.5"; it must be a probability from 0 to 1, for example task=0.05.'],
    ['task', 'chaos: task is ""; it must be a probability from 0 to 1, for example task=0.05.'],
    ['shuffle=-0.1', 'chaos: shuffle is "-0.1"; it must be a probability from 0 to 1, for example shuffle=0.05.'],
    ['driver=0.5', 'chaos: driver is "0.5"; it must be how often the driver is killed, a whole number from 0 to 10, for example driver=1.'],
    ['driver=11', 'chaos: driver is "11"; it must be how often the driver is killed, a whole number from 0 to 10, for example driver=1.'],
    ['seed=', 'chaos: seed is ""; it must be letters and digits, for example seed=7.'],
    ['', 'chaos: unknown kind "" in "". Kinds: task, shuffle, driver, commit, store, throttle, slow, seed.'],
  ])('%j is refused', (text, message) => {
    expect(() => parseChaos(text, LOCAL)).toThrow(expect.objectContaining({ code: 'INVALID_CONFIG', message }));
  });

  test('answers of commits are lost only where the driver’s process commits', () => {
    expect(() => parseChaos('commit=0.5', 'local-cluster[2,1,256]')).toThrow(
      'chaos: commit=0.5 is for --on local[n], where the driver’s process commits; executors of local-cluster[2,1,256] commit by themselves. Leave it out.'.replace(
        '’',
        "'",
      ),
    );
  });
});
