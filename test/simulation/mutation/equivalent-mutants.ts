/** A change that a tool makes and that nothing can see, or nothing should. */
export interface EquivalentMutant {
  readonly file: string;
  readonly rule: string;
  /** The line that it changes, without indentation. */
  readonly line: string;
  readonly why: string;
}

export const equivalentMutants: readonly EquivalentMutant[] = [
  {
    file: 'driver/scheduler/jobs.ts',
    rule: 'a number more',
    line: 'if (task.wantedBy === 0) stage.asked--;',
    why: 'How many tasks of a result stage count as asked for decides from when on slow tasks are copied, and nothing else.',
  },
  {
    file: 'driver/journal/call-order.ts',
    rule: 'a number more',
    line: 'let driver = 0;',
    why: 'Before the first entry no call runs, so that nothing is cleared whoever wrote it.',
  },
  ...(['a number more', 'a number less'] as const).map((rule) => ({
    file: 'driver/application/shuffle-locator.ts',
    rule,
    line: "const key = objectKeys.shuffleIndex(appId, table.stageIdOf(reader), hash('sha256', bytes, 'hex').slice(0, 32));",
    why: 'Digits of a hash in a name: 31 or 33 of them tell contents apart as well.',
  })),
  ...(['a number more', 'a number less'] as const).map((rule) => ({
    file: 'driver/application/run-actions.ts',
    rule,
    line: "return hash('sha256', JSON.stringify([name, node.fingerprint, sinkFingerprint(sink), ...parameters, ...mode]), 'hex').slice(0, 32);",
    why: 'Digits of a hash that tells actions apart.',
  })),
  ...(['a number more', 'a number less'] as const).map((rule) => ({
    file: 'driver/application/publish-output.ts',
    rule,
    line: 'const CONCURRENT_PUBLISHES = 16;',
    why: 'How many renames are in flight decides how long publishing takes, and nothing else.',
  })),
  {
    file: 'shuffle/exchange-writer.ts',
    rule: 'a number more',
    line: 'const tableBytes = combine === null ? 0 : Math.floor(options.memoryBytes / 2);',
    why: 'How the memory of a map task is divided between its table and its buffers decides when it spills, and not what it writes.',
  },
  {
    file: 'shuffle/assemble-map-output.ts',
    rule: 'a number more',
    line: 'if (filled > 0) yield buffer.subarray(0, filled);',
    why: 'What is gathered has more than one byte: blocks have a head, and the last piece is the footer.',
  },
  {
    file: 'shuffle/assemble-map-output.ts',
    rule: 'a number more',
    line: 'let hash = Math.imul(index + 1, 0x9e3779b1);',
    why: 'Another number for each partition tells them apart as well.',
  },
  {
    file: 'driver/scheduler/digest.ts',
    rule: 'a number more',
    line: 'if (parent.digest === null || parent.missing > 0) return null;',
    why: 'A parent of which one output is made again keeps its digest until then; nothing that reads it is launched before, and when it is done all is looked at anew.',
  },
  {
    file: 'shuffle/assemble-map-output.ts',
    rule: 'a number more',
    line: 'if (piece.byteLength >= CHUNK_BYTES / 2) {',
    why: 'Which pieces are gathered decides how many writes there are; the object is the same.',
  },
  {
    file: 'driver/application/stage-resolver.ts',
    rule: 'true for false',
    line: 'await objects.put(key, bytes, { ifAbsent: true });',
    why: 'The key is the hash of what is stored: stored again it is the same.',
  },
  {
    file: 'shuffle/read-slices.ts',
    rule: '> for >=',
    line: 'if (pending.length > 0 && bytesInFlight + byteLength > maxBytesInFlight) return;',
    why: 'A read that would fill the limit exactly waits until the one before is used; what is read is the same.',
  },
  {
    file: 'shuffle/spilled-runs.ts',
    rule: '> for >=',
    line: 'if (filled + bytes.byteLength > PIECE_BYTES) flush();',
    why: 'A piece that fits exactly is written one block sooner; the file is the same.',
  },
];
