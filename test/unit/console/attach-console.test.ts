import { describe, expect, test } from 'vitest';
import type { ConfigInput } from '../../../driver/config/config-input.ts';
import { loadConfig } from '../../../driver/config/load-config.ts';
import { type AttachedConsole, attachConsole } from '../../../driver/console/attach-console.ts';
import { createEventBus, type EventBus } from '../../../driver/events/event-bus.ts';
import { createVirtualClock, type VirtualClock } from '../../../engine/adapters/memory/virtual-clock.ts';
import { anEvent } from '../../support/events.ts';
import { createFakeTerminal, type FakeTerminal } from '../../support/fake-terminal.ts';

interface Watched {
  readonly bus: EventBus;
  readonly clock: VirtualClock;
  readonly attached: AttachedConsole;
  stdout(): string;
  stderr(): string;
}

function settings(values: ConfigInput): ReturnType<typeof loadConfig>['config'] {
  return loadConfig([{ name: 'flag', values }]).config;
}

/** stdout and stderr are files. */
function watchFiles(values: ConfigInput = {}): Watched {
  const clock = createVirtualClock({ startMs: Date.parse('2026-11-22T10:00:00Z') });
  const bus = createEventBus(clock);
  const texts = { stdout: '', stderr: '' };
  const stream = (name: 'stdout' | 'stderr') => ({
    write(text: string | Uint8Array) {
      texts[name] += String(text);
      return true;
    },
  });
  const attached = attachConsole({ bus, config: settings(values), stdout: stream('stdout'), stderr: stream('stderr'), clock, env: {} });
  return { bus, clock, attached, stdout: () => texts.stdout, stderr: () => texts.stderr };
}

/** stdout and stderr are one terminal. */
function watchTerminal(values: ConfigInput = {}, env: Record<string, string> = {}): Watched & { readonly terminal: FakeTerminal } {
  const clock = createVirtualClock();
  const bus = createEventBus(clock);
  const terminal = createFakeTerminal(80);
  const stdout = { isTTY: true as const, columns: 80, write: (text: string | Uint8Array) => terminal.write(text) };
  const attached = attachConsole({ bus, config: settings(values), stdout, stderr: terminal, clock, env });
  return { bus, clock, attached, terminal, stdout: () => '', stderr: terminal.screen };
}

async function runOneStage({ bus, clock }: Watched): Promise<void> {
  bus.emit(anEvent.appStarted());
  bus.emit(anEvent.jobStarted());
  bus.emit(anEvent.stageSubmitted());
  for (const partition of [0, 1, 2, 3]) bus.emit(anEvent.taskStarted(partition));
  for (const partition of [0, 1, 2, 3]) {
    await clock.advance(400);
    bus.emit(anEvent.taskSucceeded(partition));
  }
  bus.emit(anEvent.stageCompleted());
  bus.emit(anEvent.jobEnded());
  bus.emit(anEvent.appEnded());
}

const SUMMARY = [
  'job.ts (app-1) succeeded in 1.6 s',
  '  1 job, 1 stage, 4 tasks, 0 retries',
  '  records: 40 read, 20 written; shuffle: 280 B written, 120 B read',
  '  spilled 4.8 kB in 8 spills',
];

describe('where no bar can be drawn', () => {
  test('a line for the begin and the end of each stage, none for tasks, then the summary', async () => {
    const watched = watchFiles();
    await runOneStage(watched);
    expect(watched.stderr().split('\n')).toEqual([
      'levin: job.ts on local[4], application app-1',
      'stage 0: map at job.ts:3, 4 tasks',
      'stage 0: succeeded in 1.6 s',
      ...SUMMARY,
      '',
    ]);
    expect(watched.stdout()).toBe('');
  });

  test('stages that were committed before, in part or whole, and those that run again', () => {
    const { bus, stderr } = watchFiles();
    bus.emit(anEvent.stageSubmitted({ committed: 4 }));
    bus.emit(anEvent.stageCompleted({ status: 'skipped' }));
    bus.emit(anEvent.stageSubmitted({ stage: 1, tasks: 1000, committed: 999 }));
    bus.emit(anEvent.stageCompleted({ stage: 1, status: 'failed' }));
    bus.emit(anEvent.stageSubmitted({ stage: 2, tasks: 1, attempt: 1 }));
    bus.emit(anEvent.stageCompleted({ stage: 2, status: 'cancelled' }));
    expect(stderr().split('\n')).toEqual([
      'stage 0: map at job.ts:3, skipped: 4 tasks committed already',
      'stage 1: map at job.ts:3, 1,000 tasks, 999 of them committed already',
      'stage 1: failed after 0.0 s',
      'stage 2: map at job.ts:3, 1 task (again)',
      'stage 2: cancelled after 0.0 s',
      '',
    ]);
  });

  test('progress: none', async () => {
    const watched = watchFiles({ progress: 'none' });
    await runOneStage(watched);
    expect(watched.stderr().split('\n')).toEqual(['levin: job.ts on local[4], application app-1', ...SUMMARY, '']);
  });

  test('quiet: nothing but what tasks print', async () => {
    const watched = watchFiles({ quiet: true });
    watched.bus.emit({ kind: 'warning', code: 'X', message: 'beware' });
    watched.bus.emit(anEvent.taskLog('to stdout'));
    watched.bus.emit(anEvent.taskLog('to stderr', { level: 'warn' }));
    watched.bus.emit(anEvent.taskFailed(1));
    await runOneStage(watched);
    expect(watched.stderr()).toBe('[stage 0 · task 2] to stderr\n');
    expect(watched.stdout()).toBe('[stage 0 · task 2] to stdout\n');
  });

  test('every line of a task has its name; a later attempt its number', () => {
    const { bus, stdout, stderr } = watchFiles();
    for (const level of ['log', 'info', 'debug', 'warn', 'error'] as const)
      bus.emit(anEvent.taskLog(`${level} 1\n${level} 2`, { level, attempt: 1 }));
    expect(stdout().split('\n')).toEqual([
      '[stage 0 · task 2 · attempt 1] log 1',
      '[stage 0 · task 2 · attempt 1] log 2',
      '[stage 0 · task 2 · attempt 1] info 1',
      '[stage 0 · task 2 · attempt 1] info 2',
      '[stage 0 · task 2 · attempt 1] debug 1',
      '[stage 0 · task 2 · attempt 1] debug 2',
      '',
    ]);
    expect(stderr()).toBe(
      '[stage 0 · task 2 · attempt 1] warn 1\n[stage 0 · task 2 · attempt 1] warn 2\n[stage 0 · task 2 · attempt 1] error 1\n[stage 0 · task 2 · attempt 1] error 2\n',
    );
  });

  test('what went wrong on the way is said, and counted at the end', () => {
    const { bus, stderr } = watchFiles({ progress: 'none' });
    bus.emit(anEvent.appStarted({ resumed: true }));
    bus.emit({ kind: 'warning', code: 'THROTTLED', message: 'the runner refuses' });
    bus.emit(anEvent.taskStarted(1));
    bus.emit(anEvent.taskFailed(1));
    bus.emit(anEvent.taskStarted(1, { attempt: 1 }));
    bus.emit(anEvent.taskFailed(1, 'cancelled', { attempt: 1 }));
    bus.emit(anEvent.taskStarted(1, { attempt: 2, speculative: true }));
    bus.emit(anEvent.taskSucceeded(1, { attempt: 2, metrics: null }));
    bus.emit({ kind: 'memoryRaised', stage: 0, partition: 3, reason: 'out-of-memory', fromMb: 1769, toMb: 3538 });
    bus.emit({ kind: 'memoryRaised', stage: 0, partition: null, reason: 'out-of-memory', fromMb: 1769, toMb: 3538 });
    bus.emit({ kind: 'memoryRaised', stage: 0, partition: 4, reason: 'timeout', fromMb: 885, toMb: 1769 });
    bus.emit({ kind: 'outputLost', stage: 0, partition: 3, generation: 0, reason: 'a reader found it missing or corrupt' });
    bus.emit(anEvent.jobEnded({ replayed: true }));
    bus.emit(anEvent.jobEnded({ job: 1, status: 'failed', message: 'no' }));
    bus.emit(anEvent.appEnded({ status: 'failed' }));
    expect(stderr().split('\n')).toEqual([
      'levin: job.ts on local[4], application app-1, resumed',
      'levin: the runner refuses',
      'levin: task 1 of stage 0 failed (attempt 0, user-error): TypeError: no such thing',
      'levin: task 3 of stage 0 ran out of memory with 1,769 MB; it runs again with 3,538 MB',
      'levin: tasks of stage 0 ran out of memory with 1,769 MB; those that have not begun yet get 3,538 MB',
      'levin: task 4 of stage 0 computed for too long with the part of a CPU that comes with 885 MB; it runs again with 1,769 MB',
      'levin: output of task 3 of stage 0 is lost (a reader found it missing or corrupt); it is made again',
      'job.ts (app-1) failed in 0.0 s',
      '  1 job + 1 from the journal, 0 stages, 1 task, 1 retry',
      '  records: 0 read, 0 written; shuffle: 0 B written, 0 B read',
      '  1 second attempt beside slow ones (1 first), 1 failed attempt, 2 attempts given more memory, 1 lost output made again, 1 warning',
      '',
    ]);
  });

  test('lines of executors', () => {
    const { attached, stderr } = watchFiles();
    attached.write('[executor 1] hello');
    attached.write('[executor 1] world\n');
    expect(stderr()).toBe('[executor 1] hello\n[executor 1] world\n');
  });
});

describe('the log', () => {
  test('at level debug tells everything, and makes the lines of stages superfluous', async () => {
    const watched = watchFiles({ logLevel: 'debug' });
    watched.bus.emit(anEvent.stageSubmitted({ stage: 7, tasks: 3, committed: 1, attempt: 2 }));
    await runOneStage(watched);
    expect(
      watched
        .stderr()
        .split('\n')
        .slice(0, -1 - SUMMARY.length),
    ).toEqual([
      'levin: stage 7 (map at job.ts:3) submitted, again: 3 tasks, 1 of them committed already',
      'levin: job.ts on local[4], application app-1',
      'levin: job 0 (count) started',
      'levin: stage 0 (map at job.ts:3) submitted: 4 tasks',
      'levin: task 0 of stage 0 started on thread-1',
      'levin: task 1 of stage 0 started on thread-1',
      'levin: task 2 of stage 0 started on thread-1',
      'levin: task 3 of stage 0 started on thread-1',
      'levin: task 0 of stage 0 done in 0.1 s',
      'levin: task 1 of stage 0 done in 0.1 s',
      'levin: task 2 of stage 0 done in 0.1 s',
      'levin: task 3 of stage 0 done in 0.1 s',
      'levin: stage 0 succeeded',
      'levin: job 0 succeeded',
    ]);
  });

  test('off: not even warnings', () => {
    const { bus, stderr } = watchFiles({ logLevel: 'off' });
    bus.emit({ kind: 'warning', code: 'X', message: 'beware' });
    expect(stderr()).toBe('');
  });

  test('as JSON: stderr holds one object a line and nothing else', () => {
    const { bus, attached, stdout, stderr } = watchFiles({ logFormat: 'json', logLevel: 'info' });
    bus.emit(anEvent.appStarted());
    bus.emit(anEvent.jobStarted({ description: 'nightly' }));
    bus.emit(anEvent.stageSubmitted());
    bus.emit(anEvent.taskLog('fine'));
    bus.emit(anEvent.taskLog('two\nlines', { level: 'error', attempt: 3 }));
    bus.emit(anEvent.taskFailed(1, 'out-of-memory'));
    attached.write('[executor 1] hello\n');
    bus.emit({ kind: 'warning', code: 'THROTTLED', message: 'the runner refuses' });
    bus.emit(anEvent.jobEnded({ replayed: true }));
    bus.emit(anEvent.appEnded());
    const at = { time: '2026-11-22T10:00:00.000Z' };
    const lines = stderr().split('\n');
    expect(lines.pop()).toBe('');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      { ...at, level: 'info', app: 'app-1', message: 'levin: job.ts on local[4], application app-1' },
      { ...at, level: 'info', app: 'app-1', job: 0, message: 'job 0 (nightly) started' },
      { ...at, level: 'info', app: 'app-1', stage: 0, message: 'stage 0 (map at job.ts:3) submitted: 4 tasks' },
      { ...at, level: 'error', app: 'app-1', stage: 0, task: 2, attempt: 3, message: 'two\nlines' },
      {
        ...at,
        level: 'warn',
        app: 'app-1',
        stage: 0,
        task: 1,
        attempt: 0,
        message: 'task 1 of stage 0 failed (attempt 0, out-of-memory): TypeError: no such thing',
      },
      { ...at, level: 'warn', app: 'app-1', message: '[executor 1] hello' },
      { ...at, level: 'warn', app: 'app-1', code: 'THROTTLED', message: 'the runner refuses' },
      { ...at, level: 'info', app: 'app-1', job: 0, message: 'job 0 succeeded, found in the journal' },
      expect.objectContaining({
        level: 'info',
        app: 'app-1',
        message: 'application succeeded',
        summary: expect.objectContaining({ warnings: 1 }),
      }),
    ]);
    expect(stdout()).toBe('[stage 0 · task 2] fine\n');
  });
});

describe('in a terminal', () => {
  const FIRST = 'levin: job.ts on local[4], application app-1';

  test('the bar shows after half a second, moves every 200 ms, and is gone at the end', async () => {
    const { bus, clock, terminal } = watchTerminal();
    bus.emit(anEvent.appStarted());
    bus.emit(anEvent.stageSubmitted());
    for (const partition of [0, 1, 2]) bus.emit(anEvent.taskStarted(partition));
    bus.emit(anEvent.taskSucceeded(0));
    await clock.advance(599);
    expect(terminal.screen()).toBe(FIRST);
    await clock.advance(1);
    expect(terminal.screen()).toBe(`${FIRST}\n[stage 0: map at job.ts:3 ==========>                              (1 + 2) / 4]`);
    bus.emit(anEvent.taskSucceeded(1));
    await clock.advance(199);
    expect(terminal.screen()).toContain('(1 + 2) / 4');
    await clock.advance(1);
    expect(terminal.screen()).toBe(`${FIRST}\n[stage 0: map at job.ts:3 ====================>                    (2 + 1) / 4]`);
    bus.emit(anEvent.stageCompleted());
    expect(terminal.screen()).toBe(FIRST);
    await clock.advance(200);
    expect(clock.sleeping()).toBe(0);
  });

  test('short stages are not shown at all', async () => {
    const { bus, clock, terminal } = watchTerminal();
    bus.emit(anEvent.stageSubmitted());
    await clock.advance(450);
    bus.emit(anEvent.stageCompleted());
    bus.emit(anEvent.stageSubmitted({ stage: 1 }));
    await clock.advance(450);
    bus.emit(anEvent.stageCompleted({ stage: 1 }));
    await clock.advance(10_000);
    expect(terminal.written()).toBe('');
  });

  test('what tasks print stands above the bar', async () => {
    const { bus, clock, terminal } = watchTerminal();
    bus.emit(anEvent.stageSubmitted());
    await clock.advance(600);
    bus.emit(anEvent.taskLog('hello'));
    expect(terminal.screen()).toBe('[stage 0 · task 2] hello');
    await clock.advance(200);
    expect(terminal.screen()).toBe(
      '[stage 0 · task 2] hello\n[stage 0: map at job.ts:3 >                                        (0 + 0) / 4]',
    );
  });

  test('a failed attempt is seen in the bar; attempts that were told to stop are not', async () => {
    const { bus, clock, terminal } = watchTerminal({ logLevel: 'off' });
    bus.emit(anEvent.stageSubmitted({ committed: 1 }));
    bus.emit(anEvent.taskStarted(1));
    bus.emit(anEvent.taskFailed(1));
    bus.emit(anEvent.taskStarted(1, { attempt: 1 }));
    bus.emit(anEvent.taskFailed(1, 'superseded', { attempt: 1 }));
    await clock.advance(600);
    expect(terminal.screen()).toBe('[stage 0: map at job.ts:3 =======>                       (1 + 0) / 4, 1 failed]');
  });

  test('close clears the bar and gives the terminal back', async () => {
    const { bus, clock, terminal, attached } = watchTerminal();
    const written = terminal.write;
    bus.emit(anEvent.stageSubmitted());
    await clock.advance(600);
    attached.close();
    expect(terminal.screen()).toBe('');
    expect(terminal.write).not.toBe(written);
    expect(clock.sleeping()).toBe(0);
  });

  test('colours, unless NO_COLOR is set', async () => {
    const screens = [{}, { NO_COLOR: '1' }, { NO_COLOR: '' }].map((env) => {
      const { bus, terminal } = watchTerminal({}, env);
      bus.emit({ kind: 'warning', code: 'X', message: 'beware' });
      bus.emit(anEvent.taskLog('hello'));
      bus.emit(anEvent.appEnded());
      return terminal.written().split('\n').slice(0, 3);
    });
    const colored = [
      '\x1b[33mlevin: beware\x1b[39m',
      '\x1b[2m[stage 0 · task 2]\x1b[22m hello',
      'levin (?) \x1b[32msucceeded\x1b[39m in 0.0 s',
    ];
    const plain = ['levin: beware', '[stage 0 · task 2] hello', 'levin (?) succeeded in 0.0 s'];
    expect(screens).toEqual([colored, plain, colored]);
  });

  test('a dumb terminal gets lines', async () => {
    const { bus, terminal } = watchTerminal({}, { TERM: 'dumb' });
    bus.emit(anEvent.stageSubmitted());
    expect(terminal.written()).toBe('stage 0: map at job.ts:3, 4 tasks\n');
  });
});
