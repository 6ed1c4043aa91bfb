import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { RefusalResult } from './pipeline.ts';
import { REFUSAL_TEXTS } from './refusal-texts.ts';

/** Every case that stops with a clear error, provoked through the public API in a driver process of its own. */
describe('what cannot travel is refused', () => {
  const results = new Map(runRefusals().map((result) => [result.name, result]));

  test.each(REFUSAL_TEXTS.map((entry) => [entry.name, entry] as const))('%s', (name, { calledAt, fragments, text }) => {
    const result = results.get(name);
    const byAction = calledAt === '';
    expect(result?.code).toBe(byAction ? 'RECORD_NOT_ENCODABLE' : 'CLOSURE_NOT_SHIPPABLE');
    expect(result?.atCall).toBe(!byAction);
    const message = text.join('\n');
    if (byAction) expect(result?.message).toContain(message);
    else expect(result?.message).toBe(message);
    for (const fragment of fragments) expect(message).toContain(fragment);
    expect(result?.stack).toContain(calledAt);
  });

  test('every case of the table is there', () => {
    expect([...results.keys()]).toEqual(REFUSAL_TEXTS.map(({ name }) => name));
    expect(results.size).toBe(21);
    expect(new Set([...results.values()].map(({ row }) => row)).size).toBe(17);
  });
});

function runRefusals(): readonly RefusalResult[] {
  const driver = fileURLToPath(new URL('./refusal-driver.ts', import.meta.url));
  const stateDir = mkdtempSync(join(tmpdir(), 'levin-refusals-'));
  try {
    const run = spawnSync(process.execPath, ['--enable-source-maps', driver], {
      encoding: 'utf8',
      timeout: 120_000,
      env: { ...process.env, LEVIN_STATE_DIR: stateDir },
    });
    if (run.status !== 0) throw new Error(`The driver of the refusals failed:\n${run.stderr}${run.error?.message ?? ''}`);
    return JSON.parse(run.stdout) as readonly RefusalResult[];
  } finally {
    rmSync(stateDir, { recursive: true, force: true });
  }
}
