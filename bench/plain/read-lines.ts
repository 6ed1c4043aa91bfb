import { createReadStream } from 'node:fs';

/** Whole lines of a file, a megabyte at a time. */
async function* lineBlocks(path: string): AsyncGenerator<readonly string[], void, undefined> {
  let rest = '';
  for await (const chunk of createReadStream(path, { encoding: 'utf8', highWaterMark: 1 << 20 })) {
    const text = rest + (chunk as string);
    const end = text.lastIndexOf('\n');
    rest = text.slice(end + 1);
    if (end >= 0) yield text.slice(0, end).split('\n');
  }
  if (rest !== '') yield [rest];
}

export async function eachLine(path: string, take: (line: string) => void): Promise<void> {
  for await (const lines of lineBlocks(path)) for (const line of lines) take(line);
}

/** Lines `key ⇥ number`. */
export async function eachPair(path: string, take: (key: string, value: number) => void): Promise<void> {
  for await (const lines of lineBlocks(path)) {
    for (const line of lines) {
      const tab = line.indexOf('\t');
      take(line.slice(0, tab), Number(line.slice(tab + 1)));
    }
  }
}
