import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Child, startChild } from './processes/child.ts';
import { bodyOf, openStores } from './processes/open-stores.ts';
import { type TemporaryFolder, temporaryFolder } from './temporary-folder.ts';

const RACER = new URL('./processes/racer.ts', import.meta.url);
const WRITER = new URL('./processes/writer.ts', import.meta.url);

let folder: TemporaryFolder;

beforeEach(() => {
  folder = temporaryFolder();
});

afterEach(() => folder.remove());

describe('processes that share a directory and a database file', () => {
  test('race for keys: each has exactly one winner, of whom all others learn', async () => {
    const names = ['a', 'b', 'c', 'd'];
    const racers = names.map((name) => startChild(RACER, [folder.path, name]));
    for (const racer of racers) expect(await racer.nextLine()).toBe('ready');
    const { objects, metadata } = openStores(folder.path);
    for (let round = 0; round < 50; round++) {
      const key = `key-${round}`;
      for (const racer of racers) racer.send(key);
      const answers = await Promise.all(racers.map(async (racer) => JSON.parse((await racer.nextLine()) ?? 'null')));
      const winners = names.filter((_, i) => answers[i].object === true);
      expect(winners).toHaveLength(1);
      expect(Buffer.from(await objects.get(`race/${key}`)).equals(bodyOf(winners[0] ?? '', 0))).toBe(true);
      const [item] = new Set(answers.map((answer) => answer.item));
      expect(answers.map((answer) => answer.item)).toEqual([item, item, item, item]);
      expect(await metadata.get({ partition: 'race', sort: key })).toEqual({ winner: item });
    }
    for (const racer of racers) racer.kill();
    await Promise.all(racers.map((racer) => racer.ended));
    await metadata.close();
  });

  test('open a new database file at the same moment', async () => {
    const racers = Array.from({ length: 4 }, (_, i) => startChild(RACER, [folder.path, `n${i}`]));
    const answers = racers.map(async (racer) => {
      racer.send('key');
      await racer.nextLine();
      return JSON.parse((await racer.nextLine()) ?? 'null');
    });
    expect((await Promise.all(answers)).filter(({ object }) => object)).toHaveLength(1);
    for (const racer of racers) racer.kill();
    await Promise.all(racers.map((racer) => racer.ended));
  });
});

interface Acknowledged {
  object: number;
  replaced: number;
  moved: number;
}

/** Reads what the writer tells until `lines` were read and it was killed; gives the last of each kind that it told. */
async function killAfter(writer: Child, lines: number): Promise<{ readonly last: Acknowledged; readonly objects: readonly number[] }> {
  const last: Acknowledged = { object: -1, replaced: -1, moved: 0 };
  const objects: number[] = [];
  for (let read = 0; ; read++) {
    if (read === lines) writer.kill();
    const line = await writer.nextLine();
    if (line === null) break;
    // The line that was being written when the process was killed may be cut.
    const told = line.endsWith('}') ? (JSON.parse(line) as Partial<Acknowledged>) : {};
    Object.assign(last, told);
    if (told.object !== undefined) objects.push(told.object);
  }
  expect(await writer.ended).toBe('SIGKILL');
  return { last, objects };
}

describe('a writer that is killed', () => {
  test.for([3, 40, 111, 250])('after %d answers has lost nothing that was acknowledged and shows nothing in part', async (lines) => {
    const told = await killAfter(startChild(WRITER, [folder.path, 'w']), lines);
    const { objects, metadata } = openStores(folder.path);

    for (const i of told.objects) expect(Buffer.from(await objects.get(`objects/w/${i}`)).equals(bodyOf('w', i))).toBe(true);
    const listed = (await objects.list('objects/', { limit: 10_000 })).objects;
    // What was written but not acknowledged may be there too: whole.
    for (const { key } of listed) {
      const body = bodyOf('w', Number(key.split('/')[2]));
      expect(Buffer.from(await objects.get(key)).equals(body)).toBe(true);
    }
    if (told.last.replaced >= 0) {
      const { replaced } = told.last;
      const standing = Buffer.from(await objects.get('replaced/w'));
      expect([replaced, replaced + 1].some((i) => standing.equals(bodyOf('w', i)))).toBe(true);
    }

    const moves = (await metadata.query('moves-w', '', { limit: 100_000 })).items.length;
    expect([told.last.moved, told.last.moved + 1]).toContain(moves);
    if (moves > 0) {
      expect(await metadata.get({ partition: 'account-from', sort: 'w' })).toEqual({ n: -moves });
      expect(await metadata.get({ partition: 'account-to', sort: 'w' })).toEqual({ n: moves });
    }

    // Deleting, be it of missing objects, takes along what the dead writer was about to write.
    await objects.deleteMany([...listed.map(({ key }) => key), 'replaced/w', 'objects/w/none']);
    const root = join(folder.path, 'objects');
    expect(existsSync(root) ? readdirSync(root) : []).toEqual([]);
    await metadata.close();
  });
});
