import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { DriverProcess, StartDriverProcess } from '../../../driver/submission/driver-process.ts';
import { startDriverProcess } from '../../../functions/start-driver-process.ts';
import { temporaryFolder } from '../../support/run-cli.ts';
import { JOB } from '../../support/submission.ts';

const ENGINE = {
  name: 'test',
  version: '0',
  bucket: 'test',
  table: 'test',
  memorySizesMb: [1769],
  timeLimitMs: 900_000,
  maxConcurrency: 1,
};

/** What is printed is taken at once. */
const TAKE = (): null => null;

interface Started {
  readonly child: DriverProcess;
  /** All that it has printed; resolves when it has printed `text`. */
  printed(text: string): Promise<string>;
}

/** A driver's process whose job's code this is; `take` hears what it prints. */
function start(code: string, take: StartDriverProcess['onOutput'] = TAKE): Started {
  const folder = temporaryFolder('levin-driver-process-');
  onTestFinished(() => folder[Symbol.dispose]());
  let all = '';
  let look = (): void => undefined;
  const child = startDriverProcess(
    { engine: ENGINE, localFiles: true, temporary: join(folder.path, 'tmp'), folder: folder.path, memoryMb: 512 },
    {
      appId: 'app-1',
      start: JOB.start,
      files: { 'driver.mjs': `import { spawn } from 'node:child_process';\nexport const load = async () => {\n${code}\nreturn {};\n};\n` },
      onOutput(stream, text) {
        all += text;
        look();
        return take(stream, text);
      },
    },
  );
  onTestFinished(() => child.kill());
  return {
    child,
    printed: (text) =>
      new Promise((resolve) => {
        look = () => (all.includes(text) ? resolve(all) : undefined);
        look();
      }),
  };
}

/** Resolves when the process is dead, also where nobody buries it; a hang is the failure. */
async function gone(pid: number): Promise<void> {
  const state = (): string => spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).stdout.trim();
  for (let now = state(); now !== '' && !now.startsWith('Z'); now = state()) await new Promise((resolve) => setImmediate(resolve));
}

const HELPER = `const helper = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'], { stdio: ['ignore', 'inherit', 'inherit'] });
console.log('helper ' + helper.pid + ';');
helper.unref();`;

const pidIn = (printed: string): number => Number(/helper (\d+);/.exec(printed)?.[1]);

test('a process that ends takes those with it that it has started, and is not waited for by who holds its output', async () => {
  const { child, printed } = start(`${HELPER}\nprocess.exitCode = 3;`);
  expect(await child.ended).toEqual({ code: 3, signal: null });
  await gone(pidIn(await printed(';')));
});

test('a process that is killed takes those with it that it has started', async () => {
  const { child, printed } = start(`${HELPER}\nsetInterval(() => undefined, 1000);`);
  const pid = pidIn(await printed(';'));
  await child.kill();
  expect(await child.ended).toEqual({ code: null, signal: 'SIGKILL' });
  await gone(pid);
});

test('one that left the group may hold the output, and keeps nobody waiting', async () => {
  const { child, printed } = start(HELPER.replace('{ stdio', '{ detached: true, stdio'));
  const pid = pidIn(await printed(';'));
  onTestFinished(() => void process.kill(pid, 'SIGKILL'));
  expect(await child.ended).toEqual({ code: 0, signal: null });
});

test('messages of the job are no hand-over', async () => {
  // levin's own answer comes with the second question.
  const { child, printed } = start(`
    const send = process.send.bind(process);
    let asked = 0;
    process.send = () => undefined;
    process.on('message', () => {
      asked++;
      if (asked === 2) return send({ kind: 'handedOver' });
      send(null);
      send({ kind: 'mine' }, () => console.log('sent'));
    });
    setInterval(() => undefined, 1000);
    console.log('ready');`);
  await printed('ready');
  let asked = 1;
  const first = child.handOver().then(() => asked);
  await printed('sent');
  for (let turns = 0; turns < 100; turns++) await new Promise((resolve) => setImmediate(resolve));
  asked = 2;
  await child.handOver();
  expect(await first).toBe(2);
});

test('a job that prints waits while nothing more is taken; what it has printed at its end is taken all the same', async () => {
  const room = Promise.withResolvers<void>();
  let taken = 0;
  const full = Promise.withResolvers<void>();
  const { child } = start("for (let i = 0; i < 64; i++) process.stdout.write('x'.repeat(65536));", (_, text) => {
    taken += text.length;
    if (taken < 1_048_576) return null;
    full.resolve();
    return room.promise;
  });
  await full.promise;
  const atFull = taken;
  // It could not write all: that it is alive is no matter of time.
  for (let turns = 0; turns < 1_000; turns++) await new Promise((resolve) => setImmediate(resolve));
  expect(taken).toBe(atFull);
  room.resolve();
  expect(await child.ended).toEqual({ code: 0, signal: null });
  expect(taken).toBe(4_194_304);
});
