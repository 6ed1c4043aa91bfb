import { type ApplicationEnd, type ApplicationEndOptions, createApplicationEnd } from '../../driver/application/application-end.ts';
import { onProcessEnd } from '../../driver/application/process-end.ts';
import type { TestEngine } from './engine.ts';

/** The end of an engine's application, and what it has closed. */
export interface Ended {
  readonly end: ApplicationEnd;
  /** In the order in which it was closed. */
  readonly closed: readonly string[];
}

export interface EndOptions {
  readonly closeRunner?: () => Promise<void>;
  /** Its end is not that of this process: for one that stays open. */
  readonly apart?: boolean;
  /** Instead of the test engine's. */
  readonly engine?: ApplicationEndOptions['engine'];
  readonly onProcessEnd?: ApplicationEndOptions['onProcessEnd'];
}

export function endOf(lv: TestEngine, { closeRunner, apart = false, ...given }: EndOptions = {}): Ended {
  const closed: string[] = [];
  const end = createApplicationEnd({
    appId: 'app-test',
    master: 'local[2]',
    stores: { ...lv.stores, metadata: { ...lv.stores.metadata, close: async () => void closed.push('metadata') } },
    lease: lv.lease,
    journal: lv.journal,
    record: lv.record,
    engine: given.engine ?? lv.engine,
    runner: { ...lv.runner, close: closeRunner ?? (async () => void closed.push('runner')) },
    bus: lv.bus,
    log: { write: () => undefined, close: async () => void closed.push('log') },
    console: { close: () => void closed.push('console') },
    onProcessEnd: given.onProcessEnd ?? (apart ? () => ({ release: () => undefined, interrupt: () => undefined }) : onProcessEnd),
    onEnd: () => void closed.push('place'),
  });
  return { end, closed };
}
