import type { AppEvent } from '../../engine/types/app-event.ts';
import type { Invocation } from '../../engine/types/invocation.ts';

/** What tasks that ran as invocations of functions took, as far as Lambda answered. */
export interface InvocationTotals {
  readonly invocations: number;
  /** Distinct environments that answered, and how many of those started for this application. */
  readonly environments: number;
  readonly coldStarts: number;
  /** Billed time × memory, as far as Lambda reported. */
  readonly gbSeconds: number;
  /** Of the invocation that came closest to its memory; null: Lambda reported of none. */
  readonly fullest: { readonly usedMb: number; readonly ofMb: number } | null;
}

/** Sums up what events tell of invocations; null where tasks are none. Attempts that shared an invocation count it once. */
export function createInvocationTotals(): { add(event: AppEvent): void; totals(): InvocationTotals | null } {
  const [invocations, environments, cold] = [new Set<string>(), new Set<string>(), new Set<string>()];
  let gbSeconds = 0;
  let fullest: InvocationTotals['fullest'] = null;
  const addReport = ({ billedMs, memoryMb, maxMemoryUsedMb }: NonNullable<Invocation['report']>): void => {
    gbSeconds += ((billedMs / 1000) * memoryMb) / 1024;
    if (fullest === null || maxMemoryUsedMb / memoryMb > fullest.usedMb / fullest.ofMb) {
      fullest = { usedMb: maxMemoryUsedMb, ofMb: memoryMb };
    }
  };
  return {
    add(event) {
      // Logs of earlier versions do not have the field.
      const invocation = event.kind === 'taskEnded' ? (event.invocation ?? null) : null;
      if (invocation === null || invocations.has(invocation.requestId)) return;
      invocations.add(invocation.requestId);
      const { environment, report } = invocation;
      if (environment !== null) environments.add(environment.id);
      if (environment?.cold === true) cold.add(environment.id);
      if (report !== null) addReport(report);
    },
    totals() {
      if (invocations.size === 0) return null;
      return { invocations: invocations.size, environments: environments.size, coldStarts: cold.size, gbSeconds, fullest };
    },
  };
}
