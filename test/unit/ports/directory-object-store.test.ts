import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createDirectoryObjectStore } from '../../../engine/adapters/local/directory-object-store.ts';
import { type TemporaryFolder, temporaryFolder } from '../../contract/temporary-folder.ts';

const BODY = new TextEncoder().encode('content');
/** No process has it: Linux counts to 4,194,304 at most. */
const DEAD_PID = 99_999_999;
const deadTemporary = `.levin-tmp-${DEAD_PID}-${'a'.repeat(32)}`;
const liveTemporary = `.levin-tmp-${process.pid}-${'b'.repeat(32)}`;

let folder: TemporaryFolder;
let root: string;
let outside: string;

beforeEach(() => {
  folder = temporaryFolder();
  root = join(folder.path, 'root');
  outside = join(folder.path, 'outside');
  mkdirSync(root);
  mkdirSync(outside);
  writeFileSync(join(outside, 'secret'), 'not yours');
});

afterEach(() => folder.remove());

describe('symbolic links that lead out of the root', () => {
  beforeEach(() => {
    symlinkSync(outside, join(root, 'link'));
    symlinkSync(join(outside, 'secret'), join(root, 'file-link'));
  });

  test('are refused for reading and writing, with where they lead', async () => {
    const store = createDirectoryObjectStore({ root });
    const message = `The object "link/secret" is not served: a symbolic link leads it to ${outside}/secret, outside of ${root}. Replace the link by the file or folder itself.`;
    await expect(store.get('link/secret')).rejects.toMatchObject({ code: 'PATH_ESCAPES_ROOT', fault: 'user', message });
    const refused = { code: 'PATH_ESCAPES_ROOT' };
    await expect(store.getRange('file-link', 0, 1)).rejects.toMatchObject(refused);
    await expect(store.head('link/secret')).rejects.toMatchObject(refused);
    await expect(store.put('link/new', BODY)).rejects.toMatchObject(refused);
    await expect(store.put('link/deep/new', BODY)).rejects.toMatchObject(refused);
    await expect(store.put('link/secret', BODY, { ifAbsent: true })).rejects.toMatchObject(refused);
    await expect(store.list('link/')).rejects.toMatchObject(refused);
    expect((await store.deleteMany(['link/secret'])).failed).toMatchObject([
      { key: 'link/secret', message: expect.stringContaining('leads it to') },
    ]);
    expect(readdirSync(outside)).toEqual(['secret']);
    expect(readFileSync(join(outside, 'secret'), 'utf8')).toBe('not yours');
  });

  test('are not listed', async () => {
    const store = createDirectoryObjectStore({ root });
    await store.put('own', BODY);
    expect((await store.list('')).objects.map(({ key }) => key)).toEqual(['own']);
  });

  test('are replaced by a put under their name, never written through', async () => {
    const store = createDirectoryObjectStore({ root });
    await store.put('file-link', BODY);
    expect(readFileSync(join(outside, 'secret'), 'utf8')).toBe('not yours');
    expect(await store.get('file-link')).toEqual(BODY);
  });

  test('are followed where the files are the user’s own', async () => {
    const store = createDirectoryObjectStore({ root, followLinks: true });
    expect(new TextDecoder().decode(await store.get('link/secret'))).toBe('not yours');
    await store.put('link/new', BODY);
    expect(readFileSync(join(outside, 'new'), 'utf8')).toBe('content');
    expect((await store.list('')).objects.map(({ key }) => key)).toEqual(['file-link', 'link/new', 'link/secret']);
  });
});

test('links within the root are served, and links up their own path end no list in a circle', async () => {
  const store = createDirectoryObjectStore({ root });
  await store.put('a/b/object', BODY);
  symlinkSync(join(root, 'a', 'b'), join(root, 'inner'));
  symlinkSync('..', join(root, 'a', 'b', 'up'));
  symlinkSync('nowhere', join(root, 'broken'));
  symlinkSync('self', join(root, 'self'));
  expect((await store.list('')).objects.map(({ key }) => key)).toEqual(['a/b/object', 'inner/object']);
  expect(await store.get('inner/object')).toEqual(BODY);
  await expect(store.get('broken')).rejects.toMatchObject({ code: 'OBJECT_NOT_FOUND' });
});

describe('temporary files', () => {
  test('of dead and living writers are never listed, read or overwritten', async () => {
    const store = createDirectoryObjectStore({ root });
    writeFileSync(join(root, deadTemporary), 'half an obj');
    writeFileSync(join(root, liveTemporary), 'half an obj');
    expect(await store.list('')).toEqual({ objects: [], next: null });
    await expect(store.get(deadTemporary)).rejects.toMatchObject({ code: 'INVALID_KEY' });
    await expect(store.put(`a/${deadTemporary}/b`, BODY)).rejects.toMatchObject({ code: 'INVALID_KEY' });
  });

  test('are gone after every put, stored or refused or failed', async () => {
    const store = createDirectoryObjectStore({ root });
    await store.put('key', BODY);
    await store.put('key', BODY);
    await store.put('other', BODY, { ifAbsent: true });
    await Promise.all([1, 2, 3].map(() => store.put('third', BODY, { ifAbsent: true })));
    mkdirSync(join(root, 'folder'));
    await expect(store.put('folder', BODY)).rejects.toMatchObject({ code: 'IS_A_DIRECTORY' });
    await expect(store.put('folder', BODY, { ifAbsent: true })).rejects.toMatchObject({ code: 'IS_A_DIRECTORY' });
    const abort = new AbortController();
    const put = store.put('fourth', new Uint8Array(1_000_000), { signal: abort.signal });
    abort.abort();
    await expect(put).rejects.toThrow();
    expect(readdirSync(root)).toEqual(['folder', 'key', 'other', 'third']);
  });

  test('of dead writers go with the last object of their folder, those of living ones keep it', async () => {
    const store = createDirectoryObjectStore({ root });
    for (const name of ['dead', 'live']) await store.put(`${name}/object`, BODY);
    writeFileSync(join(root, 'dead', deadTemporary), 'half an obj');
    writeFileSync(join(root, 'live', liveTemporary), 'half an obj');
    await store.deleteMany(['dead/object', 'live/object']);
    expect(existsSync(join(root, 'dead'))).toBe(false);
    expect(readdirSync(join(root, 'live'))).toEqual([liveTemporary]);
  });
});

describe('folders', () => {
  test('that a delete leaves empty are removed, but never the root', async () => {
    const store = createDirectoryObjectStore({ root });
    await store.put('a/b/c/one', BODY);
    await store.put('a/two', BODY);
    await store.deleteMany(['a/b/c/one']);
    expect(readdirSync(join(root, 'a'))).toEqual(['two']);
    await store.deleteMany(['a/two']);
    expect(readdirSync(root)).toEqual([]);
  });

  test('of the user stay, also when they are empty; those that the store made go', async () => {
    mkdirSync(join(root, 'users', 'own'), { recursive: true });
    const store = createDirectoryObjectStore({ root, followLinks: true });
    await store.put('users/own/made/deep/file', BODY);
    await store.deleteMany(['users/own/made/deep/file']);
    expect(existsSync(join(root, 'users', 'own', 'made'))).toBe(false);
    expect(existsSync(join(root, 'users', 'own'))).toBe(true);
  });

  test('may come and go while others put into them', async () => {
    const store = createDirectoryObjectStore({ root });
    const other = createDirectoryObjectStore({ root });
    for (let round = 0; round < 40; round++) {
      await store.put('a/b/first', BODY);
      await Promise.all([other.put('a/b/second', BODY), store.deleteMany(['a/b/first'])]);
      expect(await store.get('a/b/second')).toEqual(BODY);
      await store.deleteMany(['a/b/second']);
    }
    expect(readdirSync(root)).toEqual([]);
  });
});

describe('files of other programs', () => {
  test('change their etag with their content, their time of change or a replacement', async () => {
    const store = createDirectoryObjectStore({ root });
    const etags = new Set<string>();
    const look = async (): Promise<void> => void etags.add((await store.head('file')).etag);
    writeFileSync(join(root, 'file'), 'one');
    await look();
    writeFileSync(join(root, 'file'), 'four');
    await look();
    utimesSync(join(root, 'file'), 1, 1);
    await look();
    execFileSync('sh', ['-c', 'cp -p file copy && mv copy file'], { cwd: root });
    await look();
    expect(etags.size).toBe(4);
  });

  test('that are neither file nor folder are refused without waiting for a writer, and not listed', async () => {
    execFileSync('sh', ['-c', 'mkfifo pipe'], { cwd: root });
    const store = createDirectoryObjectStore({ root });
    const message = `Cannot read ${root}/pipe: it is a pipe, socket or device. Copy its content into a file first.`;
    await expect(store.get('pipe')).rejects.toMatchObject({ code: 'NOT_A_FILE', fault: 'user', message });
    await expect(store.head('pipe')).rejects.toMatchObject({ code: 'NOT_A_FILE' });
    expect((await store.list('')).objects).toEqual([]);
  });

  test('whose name is not UTF-8 are reported, not passed over', async () => {
    writeFileSync(Buffer.concat([Buffer.from(`${root}/bad-`), Buffer.from([0xff])]), 'x');
    const store = createDirectoryObjectStore({ root });
    await expect(store.list('')).rejects.toMatchObject({
      code: 'INVALID_KEY',
      message: expect.stringContaining('is not UTF-8. Rename the file'),
    });
  });
});

test('a list reads only folders that can hold keys of its page', async () => {
  const store = createDirectoryObjectStore({ root });
  for (const key of ['a/1', 'b/1', 'b/2', 'c/1', 'd/1']) await store.put(key, BODY);
  // A name that is not UTF-8 fails every list that looks at it.
  for (const folder of ['a', 'd']) writeFileSync(Buffer.concat([Buffer.from(`${root}/${folder}/bad-`), Buffer.from([0xff])]), 'x');
  const keysOf = async (prefix: string, options: { after?: string; limit?: number }): Promise<string[]> =>
    (await store.list(prefix, options)).objects.map(({ key }) => key);
  await expect(keysOf('', {})).rejects.toMatchObject({ code: 'INVALID_KEY' });
  expect(await keysOf('b/', {})).toEqual(['b/1', 'b/2']);
  expect(await keysOf('c', {})).toEqual(['c/1']);
  expect(await keysOf('', { after: 'b', limit: 2 })).toEqual(['b/1', 'b/2']);
});

describe('errors say what is wrong and what to do', () => {
  test.for([
    [
      'a missing file',
      'missing',
      'OBJECT_NOT_FOUND',
      'There is no file ROOT/missing. Check the path; the files of an application are gone once it was stopped.',
    ],
    [
      'a folder where a file is due',
      'folder',
      'IS_A_DIRECTORY',
      'Cannot read ROOT/folder: it is a folder, and a file is due. Name a file in it.',
    ],
    [
      'a name that is too long',
      'x'.repeat(256),
      'INVALID_KEY',
      `The object key "${'x'.repeat(256)}" is not valid: a segment or the whole path is longer than the file system allows (usually 255 bytes a segment). Keys are relative and "/" separated, 1 to 1,024 bytes of UTF-8, without empty, "." or ".." segments.`,
    ],
  ] as const)('reading %s', async ([, key, code, message]) => {
    mkdirSync(join(root, 'folder'));
    const read = createDirectoryObjectStore({ root }).get(key);
    await expect(read).rejects.toMatchObject({ code, fault: 'user', message: message.replace('ROOT', root) });
  });

  test('writing below a file', async () => {
    const store = createDirectoryObjectStore({ root });
    await store.put('file', BODY);
    const message = `Cannot write ${root}/file/below: one of its folders is a file. Choose another path, or move that file away.`;
    await expect(store.put('file/below', BODY)).rejects.toMatchObject({ code: 'NOT_A_DIRECTORY', fault: 'user', message });
  });

  test('writing where the system lets nobody write', async () => {
    const store = createDirectoryObjectStore({ root: '/proc', followLinks: true });
    await expect(store.put('levin/new', BODY)).rejects.toMatchObject({
      fault: expect.stringMatching(/user|transient/),
      message: expect.stringContaining('Cannot write /proc/levin/new'),
    });
  });
});

test('a put whose chunks fail leaves no temporary file', async () => {
  const store = createDirectoryObjectStore({ root });
  const chunks = function* (): Generator<Uint8Array> {
    yield BODY;
    expect(readdirSync(join(root, 'a')).filter((name) => name.startsWith('.levin-tmp-'))).toHaveLength(1);
    throw new Error('no more');
  };
  await expect(store.put('a/b', { byteLength: 20, [Symbol.iterator]: chunks })).rejects.toThrow('no more');
  expect(readdirSync(join(root, 'a'))).toEqual([]);
});
