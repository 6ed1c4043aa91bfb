import { LevinError } from '../../engine/errors/levin-error.ts';
import type { Clock } from '../../engine/ports/clock.ts';
import type { ObjectStore } from '../../engine/ports/object-store.ts';
import { type AppEvent, EVENT_LOG_VERSION } from '../../engine/types/app-event.ts';
import { objectKeys } from '../../engine/types/keys.ts';

/** A part is closed at this size, or when it has been open for this long: an object cannot be appended to. */
const PART_BYTES = 1_048_576;
const PART_MS = 5_000;

export interface EventLogOptions {
  readonly objects: ObjectStore;
  readonly appId: string;
  readonly epoch: number;
  readonly clock: Clock;
  /** The log cannot be written: said once; the application goes on. */
  readonly onError: (error: unknown) => void;
}

/** Writes all events of an application, in order, as JSON lines in parts `history/<app>/events/<epoch>-<seq>.jsonl`. */
export interface EventLog {
  write(event: AppEvent): void;
  /** Writes what is left and waits until every part is stored. */
  close(): Promise<void>;
}

export function createEventLog(options: EventLogOptions): EventLog {
  const { objects, appId, epoch, clock } = options;
  const closing = new AbortController();
  let lines: string[] = [];
  let bytes = 0;
  let seq = 0;
  let failed = false;
  let stored: Promise<void> = Promise.resolve();

  const closePart = (): void => {
    if (lines.length === 0) return;
    const body = new TextEncoder().encode(lines.join(''));
    const key = objectKeys.events(appId, epoch, seq++);
    lines = [];
    bytes = 0;
    stored = stored
      .then(() => objects.put(key, body))
      .then(
        () => undefined,
        (error: unknown) => {
          if (!failed) options.onError(error);
          failed = true;
        },
      );
  };
  const closeInTime = (): void => {
    const part = seq;
    clock.sleep(PART_MS, { signal: closing.signal, unref: true }).then(
      () => (part === seq ? closePart() : undefined),
      () => undefined,
    );
  };
  return {
    write(event) {
      if (lines.length === 0) closeInTime();
      const line = `${JSON.stringify(event, jsonValue)}\n`;
      lines.push(line);
      bytes += Buffer.byteLength(line);
      if (bytes >= PART_BYTES) closePart();
    },
    async close() {
      closing.abort();
      closePart();
      await stored;
    },
  };
}

/** All events of an application in order, over all its drivers. Fails with `EVENT_LOG_TOO_NEW` when a later levin wrote them. */
export async function readEventLog(objects: ObjectStore, appId: string): Promise<readonly AppEvent[]> {
  const events: AppEvent[] = [];
  for await (const part of readEventParts(objects, appId)) for (const event of part) events.push(event);
  return events;
}

/** The same, one object of the log after the other. */
export async function* readEventParts(objects: ObjectStore, appId: string): AsyncGenerator<readonly AppEvent[]> {
  const keys: string[] = [];
  let after: string | undefined;
  do {
    const page = await objects.list(`history/${appId}/events/`, after === undefined ? {} : { after });
    keys.push(...page.objects.map(({ key }) => key));
    after = page.next ?? undefined;
  } while (after !== undefined);
  for (const key of keys.sort(byEpochAndSequence)) {
    const text = new TextDecoder().decode(await objects.get(key));
    const lines = text.split('\n').filter((line) => line !== '');
    yield lines.map((line) => readable(JSON.parse(line) as AppEvent, key));
  }
}

function readable(event: AppEvent, key: string): AppEvent {
  if (event.kind !== 'logStarted' || event.version <= EVENT_LOG_VERSION) return event;
  throw new LevinError({
    code: 'EVENT_LOG_TOO_NEW',
    fault: 'user',
    message: `The event log ${key} has format ${event.version}, written by levin ${event.levin}; this levin reads formats up to ${EVENT_LOG_VERSION}. Install levin ${event.levin} or newer.`,
  });
}

function byEpochAndSequence(a: string, b: string): number {
  const [[epochA, seqA], [epochB, seqB]] = [a, b].map((key) => (/(\d+)-(\d+)\.jsonl$/.exec(key) ?? []).slice(1).map(Number)) as [
    [number, number],
    [number, number],
  ];
  return epochA - epochB || seqA - seqB;
}

function jsonValue(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}
