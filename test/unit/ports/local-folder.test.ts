import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { clearLocalFolders, makeLocalFolder } from '../../../engine/adapters/local/local-folder.ts';

let parent = '';
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'local-folder-'));
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

/** The id of a process that has ended. */
function deadPid(): number {
  return spawnSync(process.execPath, ['-e', '0']).pid;
}

test('folders of processes that are gone are cleared, of others not, nor anything else', async () => {
  const own = basename(makeLocalFolder('scratch', parent));
  const executor = basename(makeLocalFolder('executor-2', parent));
  const dead = deadPid();
  const left = [own, executor].map((name) => name.replace(`-${process.pid}-`, `-${dead}-`));
  const elsewhere = left[0]?.replace(/-[0-9a-f]{8}-/, '-00000000-') as string;
  for (const name of [...left, elsewhere, `levin-other-${dead}`]) mkdirSync(join(parent, name));
  writeFileSync(join(parent, left[0] as string, 'run-0'), 'spilled');
  await clearLocalFolders(parent);
  expect(readdirSync(parent).sort()).toEqual([own, executor, elsewhere, `levin-other-${dead}`].sort());
});

test('a folder that cannot be made says which setting names it', () => {
  const missing = join(parent, 'missing');
  expect(() => makeLocalFolder('scratch', missing)).toThrow(
    `No folder for temporary files can be made in ${missing} (ENOENT: no such file or directory, mkdtemp '`,
  );
  expect(() => makeLocalFolder('scratch', missing)).toThrow(
    'Let localDir (LEVIN_LOCAL_DIR) name a folder that is there and can be written',
  );
});
