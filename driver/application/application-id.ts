import type { Clock } from '../../engine/ports/clock.ts';
import type { Random } from '../../engine/ports/random.ts';

/** `app-20261122-165501-3f9c2a`: sorts by time, and nobody else has it. */
export function newApplicationId(clock: Clock, random: Random): string {
  return applicationId(new Date(clock.now()), random.uuid());
}

/** Of this second; `unique` begins with eight characters that tell it from others of the same. */
export function applicationId(at: Date, unique: string): string {
  const [date, time] = at.toISOString().replace(/[-:]/g, '').slice(0, 15).split('T') as [string, string];
  return `app-${date}-${time}-${unique.slice(0, 8)}`;
}
