import { mkdirSync, readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createDirectoryObjectStore } from '../../engine/adapters/local/directory-object-store.ts';
import { createDirectoryStagedFiles } from '../../engine/adapters/local/directory-staged-files.ts';
import { createMemoryObjectStore } from '../../engine/adapters/memory/memory-object-store.ts';
import { createMemoryStagedFiles } from '../../engine/adapters/memory/memory-staged-files.ts';
import type { ObjectStore } from '../../engine/ports/object-store.ts';
import type { StagedFiles } from '../../engine/ports/staged-files.ts';
import { temporaryFolder } from './temporary-folder.ts';

interface Subject {
  readonly files: ObjectStore;
  readonly staged: StagedFiles;
  readonly remove: () => void;
}

function inMemory(): Subject {
  const files = createMemoryObjectStore();
  return { files, staged: createMemoryStagedFiles(files), remove: () => undefined };
}

function inFolder(): Subject {
  const { path: root, remove } = temporaryFolder();
  const files = createDirectoryObjectStore({ root, followLinks: true });
  return { files, staged: createDirectoryStagedFiles(files, { root }), remove };
}

const BODY = new TextEncoder().encode('a line\n');

describe.each([
  ['memory', inMemory],
  ['directory', inFolder],
] as const)('staged files contract: %s', (_, make) => {
  const cases: Readonly<Record<string, (subject: Subject) => Promise<void>>> = {
    'a mark is an empty object, also in a folder that is there or has one already': async ({ files, staged }) => {
      await staged.mark('a/b/out/_levin/pending-1');
      await staged.mark('a/b/out/_levin/pending-1');
      await staged.mark('a/b/out/_levin/pending-2');
      const { objects } = await files.list('');
      expect(objects.map(({ key, size }) => [key, size])).toEqual([
        ['a/b/out/_levin/pending-1', 0],
        ['a/b/out/_levin/pending-2', 0],
      ]);
    },
    'a staged file has no name that readers of the folder look at': async ({ files, staged }) => {
      await staged.stage('a/out/part-0.csv', BODY);
      const { objects } = await files.list('a/out/');
      expect(objects.filter(({ key }) => key.endsWith('.csv') || !key.startsWith('a/out/_levin/'))).toEqual([]);
      await expect(files.head('a/out/part-0.csv')).rejects.toMatchObject({ code: 'OBJECT_NOT_FOUND' });
    },
    'published it is there, whole, and not staged any more': async ({ files, staged }) => {
      await staged.stage('a/out/part-0', BODY);
      expect(await staged.publish('a/out/part-0')).toBe(true);
      expect(new TextDecoder().decode(await files.get('a/out/part-0'))).toBe('a line\n');
      expect(await staged.list('a/out')).toEqual([]);
      expect((await files.list('a/out/')).objects.length).toBe(1);
    },
    'publishing again changes nothing': async ({ files, staged }) => {
      await staged.stage('out/part-0', BODY);
      await staged.publish('out/part-0');
      const { etag } = await files.head('out/part-0');
      expect(await staged.publish('out/part-0')).toBe(true);
      expect((await files.head('out/part-0')).etag).toBe(etag);
    },
    'what was never staged, or was discarded, or is only the beginning of a name, cannot be published': async ({ files, staged }) => {
      await files.put('out/part-10', BODY);
      expect(await staged.publish('out/part-1')).toBe(false);
      await staged.stage('out/part-2', BODY);
      expect(await staged.discard(['out/part-2', 'out/part-3'])).toEqual({ failed: [] });
      expect(await staged.publish('out/part-2')).toBe(false);
    },
    'list names what is staged for this folder and no other': async ({ staged }) => {
      for (const key of ['out/b', 'out/a', 'out/deeper/c', 'outer/d']) await staged.stage(key, BODY);
      expect(await staged.list('out')).toEqual(['out/a', 'out/b']);
      await staged.publish('out/a');
      expect(await staged.list('out')).toEqual(['out/b']);
      expect(await staged.list('nowhere')).toEqual([]);
    },
    'discarding leaves what is visible': async ({ files, staged }) => {
      await staged.stage('out/a', BODY);
      await staged.publish('out/a');
      await staged.discard(['out/a']);
      expect((await files.head('out/a')).size).toBe(7);
    },
    'an aborted stage leaves nothing to publish': async ({ staged }) => {
      const signal = AbortSignal.abort(new Error('stop'));
      await expect(staged.stage('out/a', BODY, { signal })).rejects.toThrow('stop');
      expect(await staged.publish('out/a')).toBe(false);
    },
  };
  test.for(Object.entries(cases))('%s', async ([, run]) => {
    const subject = make();
    try {
      await run(subject);
    } finally {
      subject.remove();
    }
  });
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
