import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mutants } from '../mutants.ts';

const ROOT = join(import.meta.dirname, '../../..');
const SOURCES = ['driver', 'engine', 'shuffle', 'functions', 'simulator', 'test/simulation', 'package.json'];

/** Plants each mutant in a copy of the sources and runs seeds until one goes wrong. Gives those that no seed has noticed. */
export function runMutants(
  say: (line: string) => void,
  { count, only }: { readonly count: number; readonly only: string | undefined },
): readonly string[] {
  const copy = mkdtempSync(join(tmpdir(), 'levin-mutants-'));
  const unseen: string[] = [];
  try {
    for (const source of SOURCES) cpSync(join(ROOT, source), join(copy, source), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
    for (const { name, file, from, to } of mutants) {
      if (only !== undefined && !name.includes(only)) continue;
      const source = readFileSync(join(copy, file), 'utf8');
      if (source.split(from).length !== 2) throw new Error(`the mutant "${name}" does not fit ${file} any more`);
      writeFileSync(
        join(copy, file),
        source.replace(from, () => to),
      );
      const args = [join(copy, 'test/simulation/swarm/main.ts'), '--count', String(count), '--first'];
      const { stdout, stderr, status } = spawnSync(process.execPath, args, { cwd: copy, encoding: 'utf8', maxBuffer: 2 ** 26 });
      writeFileSync(join(copy, file), source);
      const found = stdout.split('\n').find((line) => line.startsWith('seed '));
      if (found === undefined && status === 0) unseen.push(name);
      say(`${found === undefined ? (status === 0 ? 'NOT SEEN' : `died: ${stderr.slice(0, 200)}`) : found.slice(0, 160)}   ← ${name}`);
    }
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
  return unseen;
}
