import type { LevinConfig } from '../config/config-input.ts';
import type { DriverRunner, OpenRunner, RunnerOptions, Stores } from '../wiring.ts';
import { type ChaosPlan, createChaosPlan, type InjectedFault } from './chaos-plan.ts';
import { createChaosRunner } from './chaos-runner.ts';
import { loseCommitAnswers, refuseObjectCalls } from './chaos-stores.ts';
import type { DriverLife } from './driver-life.ts';
import { chaosText, parseChaos } from './parse-chaos.ts';

/** What stands between a driver and the world, when faults were asked for. */
export interface Injection {
  /** As the driver sees them. */
  readonly stores: Stores;
  readonly runnerOf: OpenRunner;
}

export interface InjectChaosOptions {
  /** The setting `chaos`. */
  readonly asked: string;
  readonly config: Pick<LevinConfig, 'master' | 'maxTaskFailures' | 'maxStageAttempts'>;
  readonly stores: Stores;
  readonly runnerOf: OpenRunner;
  /** null: nobody starts the driver again when it dies. */
  readonly life: DriverLife | null;
}

/** A driver that is to die does so after one of its first outcomes: not every job has many. */
const DIES_WITHIN_OUTCOMES = 3;

/** Wraps stores and runner by what was asked for. */
export function injectChaos({ asked, config, stores, runnerOf, life }: InjectChaosOptions): Injection {
  const chaos = parseChaos(asked, config.master);
  const seed = chaos.seed ?? stores.random.uuid().slice(0, 8);
  /** The first faults come before there is anybody to be told. */
  let waiting: InjectedFault[] | null = [];
  let tell: (fault: InjectedFault) => void = (fault) => void waiting?.push(fault);
  const onFault = (fault: InjectedFault): void => {
    if (fault.text !== null) life?.report(fault.fault);
    tell(fault);
  };
  const earlier = life?.earlier ?? {};
  const plan = createChaosPlan({ chaos, seed: `${seed} ${life?.number ?? 0}`, earlier, onFault });
  const { clock, random } = stores;
  return {
    stores: chaos.rates.store === 0 ? stores : { ...stores, objects: refuseObjectCalls(stores.objects, { plan, clock, random }) },
    runnerOf(options) {
      options.onWarning(`faults are injected; --chaos '${chaosText(chaos, seed)}' repeats them`);
      if (chaos.rates.driver > 0 && life === null)
        options.onWarning(`driver=${chaos.rates.driver} has no effect here: only levin run --chaos starts a driver again`);
      for (const [fault, total] of Object.entries(earlier)) options.onFault({ fault: fault as InjectedFault['fault'], total, text: null });
      for (const fault of waiting ?? []) options.onFault(fault);
      waiting = null;
      tell = options.onFault;
      return chaosRunner({ ...options, stores: { ...options.stores, metadata: loseCommitAnswers(options.stores.metadata, plan) } });
    },
  };

  function chaosRunner(options: RunnerOptions): DriverRunner {
    return createChaosRunner({
      runner: runnerOf(options),
      plan,
      objects: options.stores.objects,
      clock,
      maxTaskFailures: config.maxTaskFailures,
      maxStageAttempts: config.maxStageAttempts,
      lostEarlier: life?.earlier.shuffle ?? 0,
      death: deathOf(plan, chaos.rates.driver, life),
    });
  }
}

function deathOf(
  plan: ChaosPlan,
  deaths: number,
  life: DriverLife | null,
): { readonly afterOutcomes: number; readonly die: () => void } | null {
  if (life === null || life.number >= deaths) return null;
  return { afterOutcomes: 1 + Math.floor(DIES_WITHIN_OUTCOMES * plan.number(`death ${life.number}`)), die: life.die };
}
