import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const LONE_DRIVER = fileURLToPath(new URL('../../support/executors/lone-driver.ts', import.meta.url));

/** Each of these happens within milliseconds on an idle machine. */
const HANG_MS = 60_000;

let temporary = '';
beforeEach(async () => {
  temporary = await mkdtemp(join(tmpdir(), 'levin-lifetime-'));
});
afterEach(async () => rm(temporary, { recursive: true, force: true }));

interface LoneDriver {
  readonly child: ChildProcess;
  readonly firstLine: string;
  readonly exit: Promise<{ readonly code: number | null; readonly signal: string | null }>;
}

async function startDriver(kind: 'threads' | 'cluster', mode: 'idle' | 'busy' | 'exit'): Promise<LoneDriver> {
  const child = spawn(process.execPath, [LONE_DRIVER, kind, mode], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, TMPDIR: temporary },
  });
  const exit = once(child, 'exit').then(([code, signal]) => ({ code: code as number | null, signal: signal as string | null }));
  const [firstLine] = (await once(createInterface(child.stdout), 'line')) as [string];
  return { child, firstLine, exit };
}

function executorsOf({ firstLine }: LoneDriver): readonly number[] {
  return JSON.parse(firstLine) as number[];
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function executorFolders(): readonly string[] {
  return readdirSync(temporary).filter((name) => name.startsWith('levin-executor-'));
}

describe('a driver that', () => {
  test.for(['threads', 'cluster'] as const)('has nothing to do ends by itself, with %s it never closed', async (kind) => {
    const driver = await startDriver(kind, 'idle');
    expect(await driver.exit).toEqual({ code: 0, signal: null });
    await expect.poll(executorFolders, { timeout: HANG_MS }).toEqual([]);
  });

  test('waits for a task stays alive, and ends with its threads when it is killed', async () => {
    const driver = await startDriver('threads', 'busy');
    expect(driver.child.exitCode).toBeNull();
    driver.child.kill('SIGKILL');
    expect(await driver.exit).toEqual({ code: null, signal: 'SIGKILL' });
  });

  test.for([
    ['is killed', 'busy', { code: null, signal: 'SIGKILL' }],
    ['calls process.exit', 'exit', { code: 7, signal: null }],
  ] as const)('%s leaves no executor and no folder behind, not even one that loops', async ([, mode, end]) => {
    const driver = await startDriver('cluster', mode);
    const executors = executorsOf(driver);
    expect(executors.length).toBeGreaterThan(0);
    if (mode === 'busy') driver.child.kill('SIGKILL');
    expect(await driver.exit).toEqual(end);
    await expect.poll(() => executors.filter(isAlive), { timeout: HANG_MS }).toEqual([]);
    await expect.poll(executorFolders, { timeout: HANG_MS }).toEqual([]);
  });

  test('calls process.exit while a thread loops ends at once', async () => {
    const driver = await startDriver('threads', 'exit');
    expect(await driver.exit).toEqual({ code: 7, signal: null });
  });
});
