import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createDirectoryScratch } from '../../engine/adapters/local/scratch-directory.ts';
import { createMemoryScratch } from '../../engine/adapters/memory/memory-scratch.ts';
import { SCRATCH_LIMIT_BYTES, scratchContract } from './scratch.ts';
import { temporaryFolder } from './temporary-folder.ts';

scratchContract('memory', () => ({ subject: createMemoryScratch({ limitBytes: SCRATCH_LIMIT_BYTES }) }));

scratchContract('directory', () => {
  const folder = temporaryFolder();
  const subject = createDirectoryScratch({ folder: join(folder.path, 'attempt'), limitBytes: SCRATCH_LIMIT_BYTES });
  return { subject, dispose: folder.remove };
});

test('a directory scratch makes its folder at the first append and removes it with everything in it', async () => {
  const parent = temporaryFolder();
  const folder = join(parent.path, 'attempt');
  const scratch = createDirectoryScratch({ folder, limitBytes: 100 });
  expect(existsSync(folder)).toBe(false);
  await scratch.append('a', new Uint8Array(3));
  expect(existsSync(join(folder, 'a'))).toBe(true);
  await scratch.dropAll();
  expect(existsSync(folder)).toBe(false);
  parent.remove();
});
