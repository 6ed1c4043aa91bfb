import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createDirectoryObjectStore } from '../../engine/adapters/local/directory-object-store.ts';
import { createDirectoryStagedFiles } from '../../engine/adapters/local/directory-staged-files.ts';
import { createSystemClock } from '../../engine/adapters/local/system-clock.ts';
import { createMemoryMetadataStore } from '../../engine/adapters/memory/memory-metadata-store.ts';
import { createMemoryObjectStore } from '../../engine/adapters/memory/memory-object-store.ts';
import { createMemoryStagedFiles } from '../../engine/adapters/memory/memory-staged-files.ts';
import { createSeededRandom } from '../../engine/adapters/memory/seeded-random.ts';
import type { StagedFiles } from '../../engine/ports/staged-files.ts';
import { createStoreWrappers } from '../../engine/ports/wrappers/wrap-remote-stores.ts';
import { stagedFilesContract } from './staged-files.ts';
import { temporaryFolder } from './temporary-folder.ts';

const BODY = new TextEncoder().encode('a line\n');

stagedFilesContract('memory', () => {
  const files = createMemoryObjectStore();
  return { subject: { files, staged: createMemoryStagedFiles(files) } };
});

stagedFilesContract('all wrappers over memory', () => {
  const clock = createSystemClock();
  const files = createMemoryObjectStore();
  const adapters = {
    objects: createMemoryObjectStore(),
    files,
    staged: createMemoryStagedFiles(files),
    metadata: createMemoryMetadataStore({ clock }),
  };
  return { subject: createStoreWrappers({ clock, random: createSeededRandom('wrapped') }).wrap(adapters).stores };
});

stagedFilesContract('directory', () => {
  const { path: root, remove } = temporaryFolder();
  const files = createDirectoryObjectStore({ root, followLinks: true });
  return { subject: { files, staged: createDirectoryStagedFiles(files, { root }) }, dispose: remove };
});

test('a folder that a mark makes is never found empty', async () => {
  const { path: root, remove } = temporaryFolder();
  try {
    const files = createDirectoryObjectStore({ root, followLinks: true });
    const staged = createDirectoryStagedFiles(files, { root });
    const empty: string[] = [];
    for (let i = 0; i < 50; i++) {
      let marked = false;
      const marking = staged.mark(`new${i}/out/_levin/pending-1`).then(() => {
        marked = true;
      });
      while (!marked) {
        for (const folder of [`new${i}`, `new${i}/out`, `new${i}/out/_levin`]) {
          const names = await readdir(join(root, folder)).catch(() => null);
          if (names?.length === 0) empty.push(folder);
        }
      }
      await marking;
    }
    expect(empty).toEqual([]);
    expect((await readdir(root)).filter((name) => !name.startsWith('new'))).toEqual([]);
  } finally {
    remove();
  }
});

test('a file that cannot get its name says so', async () => {
  const { path: root, remove } = temporaryFolder();
  try {
    const files = createDirectoryObjectStore({ root, followLinks: true });
    const staged = createDirectoryStagedFiles(files, { root });
    await staged.stage('out/a', BODY);
    mkdirSync(join(root, 'out/a'));
    await expect(staged.publish('out/a')).rejects.toMatchObject({
      code: 'IS_A_DIRECTORY',
      message: `Cannot write ${join(root, 'out/a')}: it is a folder, and a file is due. Name a file in it.`,
    });
    expect(readFileSync(join(root, 'out/_levin/staged/a.staged'), 'utf8')).toBe('a line\n');
  } finally {
    remove();
  }
});

test('nothing is left of the place where other processes staged, killed ones too', async () => {
  const { path: root, remove } = temporaryFolder();
  try {
    const open = (): StagedFiles => createDirectoryStagedFiles(createDirectoryObjectStore({ root, followLinks: true }), { root });
    await open().stage('out/part-0', BODY);
    await open().stage('out/part-1', BODY);
    const dead = spawnSync(process.execPath, ['-e', '0']).pid;
    writeFileSync(join(root, `out/_levin/staged/.levin-tmp-${dead}-${'0'.repeat(32)}`), 'cut sh');
    const publisher = open();
    await publisher.publish('out/part-0');
    expect(await publisher.discard('out', [])).toEqual({ failed: [] });
    expect(await publisher.list('out')).toEqual(['out/part-1']);
    await publisher.discard('out', ['out/part-1']);
    expect(await readdir(join(root, 'out'), { recursive: true })).toEqual(['_levin', 'part-0']);
  } finally {
    remove();
  }
});
