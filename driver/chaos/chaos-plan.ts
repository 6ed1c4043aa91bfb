import { hash } from 'node:crypto';
import type { ChaosKind } from '../../engine/types/injected-fault.ts';
import type { Chaos } from './parse-chaos.ts';

/** Faults of a kind that one thing may meet: they stay below what is promised to be survived. */
export interface FaultLimit {
  /** What is counted: a task, a stage. */
  readonly scope: string;
  readonly most: number;
}

export interface InjectedFault {
  readonly fault: ChaosKind;
  /** How many of this kind there were so far, over all drivers of the application. */
  readonly total: number;
  /** What was done; null: by a driver before this one, and told by it. */
  readonly text: string | null;
}

export interface ChaosPlan {
  /** Whether a fault strikes here. A point is asked about once. */
  strikes(fault: ChaosKind, point: string, limits?: readonly FaultLimit[]): boolean;
  /** A number in [0, 1) that belongs to the point. */
  number(point: string): number;
  /** Says what was done. */
  tell(fault: ChaosKind, text: string): void;
  /** Nothing strikes any more: the application ends. */
  end(): void;
}

export interface ChaosPlanOptions {
  readonly chaos: Chaos;
  readonly seed: string;
  /** Counts of drivers before this one. */
  readonly earlier: Partial<Readonly<Record<ChaosKind, number>>>;
  readonly onFault: (fault: InjectedFault) => void;
}

/** Decides by a hash of seed, kind and point, whatever the order in which they come: the same seed kills the same attempts. */
export function createChaosPlan({ chaos, seed, earlier, onFault }: ChaosPlanOptions): ChaosPlan {
  const totals = new Map<ChaosKind, number>(Object.entries(earlier) as [ChaosKind, number][]);
  const spent = new Map<string, number>();
  let over = false;
  const number = (point: string): number => Number.parseInt(hash('sha256', `${seed} ${point}`, 'hex').slice(0, 12), 16) / 2 ** 48;
  return {
    number,
    strikes(fault, point, limits = []) {
      if (over || number(`${fault} ${point}`) >= chaos.rates[fault]) return false;
      if (limits.some(({ scope, most }) => (spent.get(`${fault} ${scope}`) ?? 0) >= most)) return false;
      for (const { scope } of limits) spent.set(`${fault} ${scope}`, (spent.get(`${fault} ${scope}`) ?? 0) + 1);
      return true;
    },
    tell(fault, text) {
      const total = (totals.get(fault) ?? 0) + 1;
      totals.set(fault, total);
      onFault({ fault, total, text });
    },
    end() {
      over = true;
    },
  };
}
