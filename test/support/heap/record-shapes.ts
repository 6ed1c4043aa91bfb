export interface RecordShape {
  readonly name: string;
  readonly count: number;
  /** Record i. */
  readonly make: (i: number) => unknown;
}

/** Records as jobs have them. */
export const RECORD_SHAPES: readonly RecordShape[] = [
  { name: 'small numbers', count: 500_000, make: (i) => [i, i % 7] },
  { name: 'words with counts', count: 200_000, make: (i) => [`word ${i}`, 1] },
  { name: 'doubles', count: 200_000, make: (i) => [i / 7, i * 1.5] },
  { name: 'long lines', count: 20_000, make: (i) => flat(`${i} `.padEnd(900, 'abc')) },
  { name: 'wide strings', count: 50_000, make: (i) => flat(`слово ${i}`.padEnd(60, 'щ')) },
  {
    name: 'rows',
    count: 100_000,
    make: (i) => ({ id: i, name: `customer ${i}`, city: `city ${i % 100}`, total: i / 3, open: i % 2 === 0 }),
  },
  {
    name: 'nested rows',
    count: 50_000,
    make: (i) => ({ id: i, lines: [{ sku: `s-${i}`, n: i % 9, at: [i, i + 0.5] }], tags: ['a-long-tag', `t${i}`] }),
  },
  { name: 'arrays of numbers', count: 10_000, make: (i) => Array.from({ length: 100 }, (_, k) => i * 100 + k) },
  { name: 'arrays of strings', count: 2_000, make: (i) => Array.from({ length: 300 }, (_, k) => flat(`value ${i} ${k}`)) },
  { name: 'byte arrays', count: 20_000, make: (i) => new Uint8Array(500).fill(i) },
  { name: 'dates', count: 100_000, make: (i) => new Date(i * 1000) },
  {
    name: 'maps',
    count: 20_000,
    make: (i) =>
      new Map([
        [`k${i}`, i],
        ['other key', i / 2],
        ['third key', 3],
      ]),
  },
  { name: 'sets', count: 20_000, make: (i) => new Set([`k${i}`, `l${i}`, `m${i}`]) },
  { name: 'big integers', count: 200_000, make: (i) => [BigInt(i) * 1_000_000_007n, i] },
];

/** As text from a file is: V8 keeps what was put together from pieces as a tree of them until somebody looks into it. */
function flat(text: string): string {
  return Buffer.from(text).toString();
}

/** A line of half a kilobyte, of which little is kept. */
function firstField(i: number, letter: string): string {
  return `${i} ${letter.repeat(20)},`.padEnd(500, 'x').split(',')[0] as string;
}

/** What keeps alive more than it shows, unless its strings are copied. */
export const CUT_SHAPES: readonly RecordShape[] = [
  { name: 'a field of a line', count: 20_000, make: (i) => firstField(i, 'a') },
  { name: 'a wide field of a line', count: 20_000, make: (i) => firstField(i, 'щ') },
  { name: 'an object with a field of a line', count: 20_000, make: (i) => ({ id: i, tags: [firstField(i, 'b')] }) },
  { name: 'a joined text', count: 20_000, make: (i) => 'a text and its number: ' + String(i) },
];
