import type { Clock } from '../../engine/ports/clock.ts';
import type { Random } from '../../engine/ports/random.ts';

/** `app-20261122-165501-3f9c2a`: sorts by time, and nobody else has it. */
export function newApplicationId(clock: Clock, random: Random): string {
  const [date, time] = new Date(clock.now()).toISOString().replace(/[-:]/g, '').slice(0, 15).split('T') as [string, string];
  return `app-${date}-${time}-${random.uuid().slice(0, 8)}`;
}
