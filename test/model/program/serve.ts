/**
 * Runs programs that its parent process sends, on one master: `serve.ts <master> <stateDir>`; `in-process` is a master here.
 * ```
 *   parent ── { id, program, kill } ──▶ applyProgram ── { id, outcome, killed } ──▶ parent
 * ```
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Context } from 'levin';
import { applyProgram } from './apply-program.ts';
import { killAtGate } from './kill-at-gate.ts';
import type { Program } from './program.ts';

export interface Request {
  readonly id: number;
  readonly program: Program;
  /** Which executors are killed when one of them stands at the gate. */
  readonly kill: 'none' | 'one' | 'all';
}

const [master = 'local[2]', folder = '.'] = process.argv.slice(2);
const gates = join(folder, 'gates');
mkdirSync(gates, { recursive: true });
const options = { master, stateDir: join(folder, 'state'), quiet: true };
const { openInProcess } = master === 'in-process' ? await import('../in-process-context.ts') : { openInProcess: null };
const lv = openInProcess === null ? await Context.create(options) : await openInProcess({ ...options, master: 'local[1]' });

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
