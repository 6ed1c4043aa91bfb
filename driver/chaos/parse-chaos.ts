import { LevinError } from '../../engine/errors/levin-error.ts';
import { CHAOS_KINDS, type ChaosKind } from '../../engine/types/injected-fault.ts';
import { nearestName } from '../config/nearest-name.ts';
import { parseMaster } from '../config/parse-master.ts';

/** Faults that are injected on purpose. */
export interface Chaos {
  /** Probability of each kind; of `driver` the number of its deaths. */
  readonly rates: Readonly<Record<ChaosKind, number>>;
  /** null: none was given, so that each run has other faults. */
  readonly seed: string | null;
}

const NAMES = [...CHAOS_KINDS, 'seed'];
const MAX_DRIVER_DEATHS = 10;

/**
 * Reads `task=0.05,shuffle=0.02,driver=1,seed=7`.
 *
 * Fails with `INVALID_CONFIG` for unknown kinds and values out of range, and for kinds that the master cannot have.
 */
export function parseChaos(text: string, master: string): Chaos {
  const rates = Object.fromEntries(CHAOS_KINDS.map((kind) => [kind, 0])) as Record<ChaosKind, number>;
  let seed: string | null = null;
  for (const part of text.split(',').map((each) => each.trim())) {
    const at = part.indexOf('=');
    const [name, value] = at < 0 ? [part, ''] : [part.slice(0, at).trim(), part.slice(at + 1).trim()];
    if (!NAMES.includes(name)) throw invalid(unknownKind(name, part));
    if (name === 'seed') seed = seedOf(value);
    else rates[name as ChaosKind] = amountOf(name as ChaosKind, value);
  }
  if (rates.commit > 0 && parseMaster(master).kind !== 'local') {
    throw invalid(
      `commit=${rates.commit} is for --on local[n], where the driver's process commits; executors of ${master} commit by themselves. Leave it out.`,
    );
  }
  return { rates, seed };
}

/** The same as text, with a seed. */
export function chaosText({ rates }: Chaos, seed: string): string {
  const kinds = CHAOS_KINDS.filter((kind) => rates[kind] > 0).map((kind) => `${kind}=${rates[kind]}`);
  return [...kinds, `seed=${seed}`].join(',');
}

function amountOf(kind: ChaosKind, text: string): number {
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (kind === 'driver') {
    if (Number.isInteger(value) && value <= MAX_DRIVER_DEATHS) return value;
    throw invalid(
      `driver is "${text}"; it must be how often the driver is killed, a whole number from 0 to ${MAX_DRIVER_DEATHS}, for example driver=1.`,
    );
  }
  if (value <= 1) return value;
  throw invalid(`${kind} is "${text}"; it must be a probability from 0 to 1, for example ${kind}=0.05.`);
}

function seedOf(text: string): string {
  if (/^\w+$/.test(text)) return text;
  throw invalid(`seed is "${text}"; it must be letters and digits, for example seed=7.`);
}

function unknownKind(name: string, part: string): string {
  const near = nearestName(name, NAMES);
  return `unknown kind "${name}" in "${part}". ${near === null ? `Kinds: ${NAMES.join(', ')}.` : `Did you mean "${near}"?`}`;
}

function invalid(what: string): LevinError {
  return new LevinError({ code: 'INVALID_CONFIG', fault: 'user', message: `chaos: ${what}` });
}
