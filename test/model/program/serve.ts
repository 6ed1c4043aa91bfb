/**
 * Runs programs that its parent process sends, on one master: `serve.ts <master> <stateDir>`; `in-process` is a master here, and `in-process-spilling` the same with next to no memory.
 * ```
 *   parent ── { id, program, kill } ──▶ applyProgram ── { id, outcome, killed } ──▶ parent
 * ```
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Context } from 'levin';
import { AMPLE_MEMORY } from '../../support/task-memory.ts';
import { applyProgram } from './apply-program.ts';
import { killAtGate } from './kill-at-gate.ts';
import type { Program } from './program.ts';

export interface Request {
  readonly id: number;
  readonly program: Program;
  /** Which executors are killed when one of them stands at the gate. */
  readonly kill: 'none' | 'one' | 'all';
}

/** Some records: operators spill several times for a partition. */
const FEW_RECORDS_BYTES = 600;

const [master = 'local[2]', folder = '.'] = process.argv.slice(2);
const gates = join(folder, 'gates');
mkdirSync(gates, { recursive: true });
const options = { master, stateDir: join(folder, 'state'), quiet: true };
const lv = master.startsWith('in-process') ? await openInProcessOn(master) : await Context.create(options);

async function openInProcessOn(kind: string): Promise<Context> {
  const { openInProcess } = await import('../in-process-context.ts');
  const memory = kind === 'in-process-spilling' ? { ...AMPLE_MEMORY, executionBytes: FEW_RECORDS_BYTES, readAheadBytes: 1 } : AMPLE_MEMORY;
  return await openInProcess({ ...options, master: 'local[1]', memory });
}

let files = 0;
function fileOf(text: string): string {
  const file = join(folder, `input-${files++}.txt`);
  writeFileSync(file, text);
  return file;
}

async function serve({ id, program, kill }: Request): Promise<void> {
  const gateFile = join(gates, String(id));
  const watch = kill === 'none' ? null : killAtGate(gateFile, kill);
  const outcome = await applyProgram(program, { lv, fileOf, gateFile });
  process.send?.({ id, outcome, killed: watch === null ? 0 : watch.end() });
}

process.on('message', (request) => void serve(request as Request));
process.on('disconnect', () => void lv.stop());
process.send?.('ready');
