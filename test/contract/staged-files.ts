import { describe, expect, test } from 'vitest';
import type { ObjectStore } from '../../engine/ports/object-store.ts';
import type { StagedFiles } from '../../engine/ports/staged-files.ts';
import type { ContractSubject } from './contract-case.ts';

/** Staged files, and the store that holds what is published. */
export interface StagedSubject {
  readonly files: ObjectStore;
  readonly staged: StagedFiles;
}

const BODY = new TextEncoder().encode('a line\n');

const cases: Readonly<Record<string, (subject: StagedSubject) => Promise<void>>> = {
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
    expect(await staged.discard('out', ['out/part-2', 'out/part-3'])).toEqual({ failed: [] });
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
    await staged.discard('out', ['out/a']);
    expect((await files.head('out/a')).size).toBe(7);
  },
  'a file that is discarded after others of its folder were published touches none of them': async ({ files, staged }) => {
    await staged.stage('out/part-0-winner', BODY);
    await staged.publish('out/part-0-winner');
    await staged.stage('out/part-0-loser', BODY);
    await staged.stage('out/part-1-winner', BODY);
    expect(await staged.discard('out', ['out/part-0-loser'])).toEqual({ failed: [] });
    expect(await staged.list('out')).toEqual(['out/part-1-winner']);
    expect(await staged.publish('out/part-1-winner')).toBe(true);
    expect((await files.list('out/')).objects.map(({ key }) => key)).toEqual(['out/part-0-winner', 'out/part-1-winner']);
  },
  'an aborted stage leaves nothing to publish': async ({ staged }) => {
    const signal = AbortSignal.abort(new Error('stop'));
    await expect(staged.stage('out/a', BODY, { signal })).rejects.toThrow('stop');
    expect(await staged.publish('out/a')).toBe(false);
  },
};

/** What staged files must do: the port's docstring; `make` gives an empty store for each case. */
export function stagedFilesContract(
  name: string,
  make: () => ContractSubject<StagedSubject> | Promise<ContractSubject<StagedSubject>>,
): void {
  describe(`staged files contract: ${name}`, () => {
    test.for(Object.entries(cases))('%s', async ([, run]) => {
      const { subject, dispose } = await make();
      try {
        await run(subject);
      } finally {
        await dispose?.();
      }
    });
  });
}
