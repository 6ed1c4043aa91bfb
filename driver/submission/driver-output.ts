import type { Clock } from '../../engine/ports/clock.ts';
import type { ObjectStore } from '../../engine/ports/object-store.ts';
import { objectKeys } from '../../engine/types/keys.ts';

/** Something that a driver's process printed. */
export interface Printed {
  /** Wall time. */
  readonly timeMs: number;
  /** `end`: nothing more comes of this life. */
  readonly stream: 'stdout' | 'stderr' | 'end';
  readonly text: string;
}

/** What a driver's process prints, kept as objects: one is closed when it has been open for so long, or is so large. */
const PART_MS = 1_000;
const PART_CHARACTERS = 262_144;
/** Parts that wait to be stored: with more of them, whoever prints has to wait. */
const MAX_WAITING_PARTS = 8;

export interface DriverOutput {
  /** Says what to wait for before more is written; null: nothing. */
  write(stream: 'stdout' | 'stderr', text: string): Promise<void> | null;
  /** Resolves when all is stored; idempotent. */
  close(): Promise<void>;
}

export interface DriverOutputOptions {
  readonly objects: ObjectStore;
  readonly clock: Clock;
  readonly appId: string;
  /** Sorts behind those of earlier lives, and nobody else has it. */
  readonly life: string;
  /** Said once. */
  readonly onError: (error: unknown) => void;
}

export function createDriverOutput({ objects, clock, appId, life, onError }: DriverOutputOptions): DriverOutput {
  let lines: Printed[] = [];
  let size = 0;
  let seq = 0;
  let failed = false;
  let closed = false;
  let stored: Promise<void> = Promise.resolve();
  const waiting: Promise<void>[] = [];

  const closePart = (): void => {
    if (lines.length === 0) return;
    const body = new TextEncoder().encode(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    const key = objectKeys.output(appId, life, seq++);
    [lines, size] = [[], 0];
    stored = stored
      .then(() => objects.put(key, body))
      .then(
        () => undefined,
        (error: unknown) => {
          if (!failed) onError(error);
          failed = true;
        },
      )
      .then(() => void waiting.shift());
    waiting.push(stored);
  };
  const add = (stream: Printed['stream'], text: string): void => {
    lines.push({ timeMs: clock.now(), stream, text });
    size += text.length;
    if (size >= PART_CHARACTERS) closePart();
  };
  return {
    write(stream, text) {
      if (lines.length === 0) {
        const part = seq;
        clock.sleep(PART_MS, { unref: true }).then(
          () => (part === seq ? closePart() : undefined),
          () => undefined,
        );
      }
      add(stream, text);
      return waiting.length > MAX_WAITING_PARTS ? (waiting[0] ?? null) : null;
    },
    async close() {
      if (!closed) add('end', '');
      closed = true;
      closePart();
      await stored;
    },
  };
}

/** One life's output, in order. */
export interface LifeOutput {
  readonly life: string;
  readonly printed: readonly Printed[];
}

/** By life, the first one first: the last part that was read. */
export type ReadParts = Map<string, { readonly key: string; readonly ended: boolean }>;

/** What was printed and not read yet, by life, the first one first; `seen` remembers how far that was. */
export async function readDriverOutput(objects: ObjectStore, appId: string, seen: ReadParts = new Map()): Promise<readonly LifeOutput[]> {
  const parts: { readonly life: string; readonly printed: readonly Printed[] }[] = [];
  for (const key of await partsBehind(objects, appId, seen)) {
    const text = new TextDecoder().decode(await objects.get(key));
    const lines = text.split('\n').filter((line) => line !== '');
    const printed = lines.map((line) => JSON.parse(line) as Printed);
    const life = key.replace(/-\d+\.jsonl$/, '');
    parts.push({ life, printed });
    seen.set(life, { key, ended: printed.some(({ stream }) => stream === 'end') });
  }
  return [...Map.groupBy(parts, ({ life }) => life)].map(([life, of]) => ({ life, printed: of.flatMap(({ printed }) => printed) }));
}

/** Whoever looks each second lists what has come, not all that there is. */
async function partsBehind(objects: ObjectStore, appId: string, seen: ReadParts): Promise<readonly string[]> {
  const [last, before] = [...seen].reverse();
  // The function before may store its last part when its successor has stored its first.
  const late = before === undefined || before[1].ended ? [] : await keysBehind(objects, `${before[0]}-`, before[1].key);
  return [...late, ...(await keysBehind(objects, objectKeys.outputFolder(appId), last?.[1].key ?? null))];
}

async function keysBehind(objects: ObjectStore, prefix: string, key: string | null): Promise<readonly string[]> {
  const keys: string[] = [];
  let after = key;
  do {
    const page: Awaited<ReturnType<ObjectStore['list']>> = await objects.list(prefix, after === null ? {} : { after });
    keys.push(...page.objects.map((object) => object.key));
    after = page.next;
  } while (after !== null);
  return keys;
}
