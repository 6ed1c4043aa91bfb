import type { DriverRunner } from '../driver/wiring.ts';
import type { TaskOutcome, TaskSpec } from '../engine/types/task.ts';

/** An attempt as a driver hands it to its runner. */
export interface SimAttempt {
  readonly spec: TaskSpec;
  readonly driver: string;
  readonly signal: AbortSignal;
  readonly avoid: readonly string[];
  /** Where it runs, as soon as its driver knows. */
  readonly executorId: () => string | null;
}

/** Looks at attempts as drivers see them: called when one is launched, gives what is called with its outcome. */
export type OnAttempt = (attempt: SimAttempt) => ((outcome: TaskOutcome) => void) | undefined;

export function watchedRunner(runner: DriverRunner, driver: string, onAttempt: OnAttempt): DriverRunner {
  return {
    ...runner,
    async run(spec, options) {
      let executorId: string | null = null;
      const { signal, avoid = [], onEvent, onLaunch } = options;
      let ended: ReturnType<OnAttempt>;
      const launched = (): void => {
        ended = onAttempt({ spec, driver, signal, avoid, executorId: () => executorId });
      };
      if (onLaunch === undefined) launched();
      const outcome = await runner.run(spec, {
        ...options,
        ...(onLaunch === undefined ? {} : { onLaunch: () => onLaunch().then(() => (signal.aborted ? undefined : launched())) }),
        onEvent(event) {
          if (event.kind === 'started') executorId = event.executorId;
          onEvent(event);
        },
      });
      ended?.(outcome);
      return outcome;
    },
  };
}
