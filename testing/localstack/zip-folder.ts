import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32, deflateRawSync } from 'node:zlib';

/** A regular file that everybody may read: functions run as a user of their own. */
const READABLE_FILE = 0o100644 << 16;
/** Made by: Unix, version 2.0. */
const MADE_BY = (3 << 8) | 20;
const VERSION = 20;
const UTF8_NAMES = 1 << 11;
const DEFLATED = 8;
/** 1 January 1980: what was zipped twice is the same. */
const NO_DATE = (1 << 5) | 1;

/** The files of a folder, without those of folders in it, as a zip archive. */
export function zipFolder(folder: string): Uint8Array {
  const local: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  const names = readdirSync(folder).toSorted();
  for (const name of names) {
    const content = readFileSync(join(folder, name));
    const body = deflateRawSync(content);
    const facts = factsOf(name, content, body.length);
    const header = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), facts, Buffer.from(name), body]);
    central.push(directoryEntry(name, facts, offset));
    local.push(header);
    offset += header.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(names.length, 8);
  end.writeUInt16LE(names.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...local, directory, end]);
}

/** What the header of a file and its entry in the directory have in common. */
function factsOf(name: string, content: Uint8Array, compressedBytes: number): Buffer {
  const facts = Buffer.alloc(26);
  facts.writeUInt16LE(VERSION, 0);
  facts.writeUInt16LE(UTF8_NAMES, 2);
  facts.writeUInt16LE(DEFLATED, 4);
  facts.writeUInt16LE(NO_DATE, 8);
  facts.writeUInt32LE(crc32(content), 10);
  facts.writeUInt32LE(compressedBytes, 14);
  facts.writeUInt32LE(content.length, 18);
  facts.writeUInt16LE(Buffer.byteLength(name), 22);
  return facts;
}

function directoryEntry(name: string, facts: Buffer, offset: number): Buffer {
  const start = Buffer.alloc(6);
  start.write('PK\x01\x02', 'latin1');
  start.writeUInt16LE(MADE_BY, 4);
  const rest = Buffer.alloc(14);
  rest.writeUInt32LE(READABLE_FILE >>> 0, 6);
  rest.writeUInt32LE(offset, 10);
  return Buffer.concat([start, facts, rest, Buffer.from(name)]);
}
