import { createCallOrder } from './call-order.ts';
import type { AppStart, JournalEntry, JournaledBytes, JsonValue, LaunchedAttempt, LeftAttempt, ListedFile } from './journal-entry.ts';
import { type ActionReplay, createActionReplay } from './replay-actions.ts';
import { createDrawReplay, type DrawReplay } from './replay-draws.ts';
import { createStepReplay, type StepReplay } from './replay-steps.ts';

/** What a driver finds decided when it starts. Of a new application: nothing. */
export interface Replay extends ActionReplay, DrawReplay {
  /** For the writer that goes on. */
  readonly nextSeq: number;
  readonly app: AppStart | null;
  listing(key: string): readonly ListedFile[] | null;
  bounds(stageKey: string): Uint8Array | null;
  /** undefined when it was not taken. */
  decision(name: string): JsonValue | undefined;
  /** Stages that attempts were launched for. */
  stageIds(): readonly string[];
  /** Attempts launched for a stage, in order. */
  launches(stageId: string): readonly LaunchedAttempt[];
  /** Attempts that may go on without the driver that launched them. */
  mayRun(): readonly MayRun[];
  /** Grows only with what an application does once: it stands still where one driver after the other dies in the same place. */
  readonly progress: number;
  readonly steps: StepReplay;
  loadResult(result: JournaledBytes): Promise<Uint8Array>;
}

/** `leftMs`: from the end of that driver on; null: it died, so nobody knows more than the limit for all attempts. */
export type MayRun = Omit<LeftAttempt, 'leftMs'> & { readonly leftMs: number | null };

export interface ReplayOptions {
  readonly appId: string;
  readonly entries: readonly { readonly epoch: number; readonly entry: JournalEntry }[];
  readonly loadBytes: (stored: JournaledBytes) => Promise<Uint8Array>;
}

/** The first entry for a key counts: what was decided once stays. */
export function createReplay({ appId, entries, loadBytes }: ReplayOptions): Replay {
  const listings = new Map<string, readonly ListedFile[]>();
  const bounds = new Map<string, string>();
  const decisions = new Map<string, JsonValue>();
  const launches = new Map<string, LaunchedAttempt[]>();
  let mayRun: MayRun[] = [];
  const setOnce = <V>(map: Map<string, V>, key: string, value: V): void => {
    if (!map.has(key)) map.set(key, value);
  };
  let app: AppStart | null = null;
  for (const { entry } of entries) {
    switch (entry.kind) {
      case 'appStarted':
        app ??= appStartOf(entry);
        break;
      case 'listing':
        setOnce(listings, entry.key, entry.files);
        break;
      case 'bounds':
        setOnce(bounds, entry.stageKey, entry.base64);
        break;
      case 'decision':
        setOnce(decisions, entry.name, entry.value);
        break;
      case 'launched':
        setOnce(launches, entry.stageId, []);
        for (const attempt of entry.attempts) {
          const [partition, , attemptId, memoryMb, invocation] = attempt;
          launches.get(entry.stageId)?.push(attempt);
          const cost = { ...(memoryMb === undefined ? {} : { memoryMb }), ...(invocation === undefined ? {} : { invocation }) };
          mayRun.push({ stageId: entry.stageId, partition, attemptId, leftMs: null, ...cost });
        }
        break;
      case 'handedOver':
        mayRun = [...entry.attempts];
        break;
      case 'calledOff':
        mayRun = mayRun.map((attempt) => ({ ...attempt, leftMs: Math.min(attempt.leftMs ?? entry.withinMs, entry.withinMs) }));
        break;
      case 'actionStarted':
      case 'actionFinished':
      case 'actionFailed':
      case 'stepStarted':
      case 'stepFinished':
      case 'stepFailed':
      case 'draws':
        break;
    }
  }
  const order = createCallOrder(entries);
  return {
    nextSeq: entries.length,
    app,
    listing: (key) => listings.get(key) ?? null,
    bounds: (stageKey) => bytesOf(bounds.get(stageKey)),
    decision: (name) => decisions.get(name),
    stageIds: () => [...launches.keys()],
    launches: (stageId) => launches.get(stageId) ?? [],
    mayRun: () => mayRun,
    progress: progressOf(entries.map(({ entry }) => entry)),
    ...createActionReplay({ appId, entries }, order),
    ...createDrawReplay({ appId, entries }, order),
    steps: createStepReplay({ appId, entries }, order),
    loadResult: loadBytes,
  };
}

/** Attempts count once for each task: a task that fails is launched again and again. */
function progressOf(entries: readonly JournalEntry[]): number {
  const tasks = new Set<string>();
  let others = 0;
  for (const entry of entries) {
    if (entry.kind === 'launched') for (const [partition] of entry.attempts) tasks.add(`${entry.stageId}/${partition}`);
    else if (ONCE.has(entry.kind)) others++;
  }
  return tasks.size + others;
}

const ONCE: ReadonlySet<JournalEntry['kind']> = new Set([
  'appStarted',
  'listing',
  'bounds',
  'decision',
  'actionStarted',
  'actionFinished',
  'stepFinished',
]);

function appStartOf({ argv, args, cwd, root, main, conf, levin, nodeMajor }: AppStart): AppStart {
  return { argv, args, cwd, root, main, conf, levin, nodeMajor };
}

function bytesOf(base64: string | undefined): Uint8Array | null {
  return base64 === undefined ? null : new Uint8Array(Buffer.from(base64, 'base64'));
}
