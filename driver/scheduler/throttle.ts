import { failStage } from './jobs.ts';
import type { SchedulerState, StageState, ThrottleState } from './state.ts';
import { peekNext } from './tasks.ts';
import type { Turn } from './turn.ts';

/** Starving is not called before this many refusals in a row, however short the time that is allowed. */
const MIN_PAUSES = 3;

/** The platform refused an attempt: nothing is launched for a while, each time twice as long until one gets through. */
export function refused(turn: Turn): void {
  const { throttle } = turn.state;
  throttle.throttles++;
  if (throttle.pause !== null) return;
  pause(turn, 'throttled');
  if (throttle.pauses !== 1) return;
  const message = 'The platform refused a task for now (too many requests). Launches pause and go on by themselves; nothing is lost.';
  turn.commands.push({ kind: 'warn', code: 'THROTTLED', message });
}

/** Tasks wait, nothing runs, and there is no slot to run them in. */
export function noCapacity(turn: Turn): void {
  pause(turn, 'capacity');
  if (turn.state.throttle.pauses !== 1) return;
  const message = 'Tasks wait, but no executor is there to run them. They start as soon as one is.';
  turn.commands.push({ kind: 'warn', code: 'NO_CAPACITY', message });
}

/** An attempt was let in and ended by itself. */
export function gotThrough({ throttle }: SchedulerState): void {
  throttle.pauses = 0;
  throttle.throttles = 0;
  throttle.waitedMs = 0;
}

/**
 * A pause is over. Waiting counts by the pauses that were asked for, not by the clock: a driver that stood still (a laptop that was closed) has
 * not been refused meanwhile, and an attempt that is refused at its end has made progress till then.
 */
export function timerFired(turn: Turn, id: number): void {
  const { throttle, inFlight, settings } = turn.state;
  if (throttle.pause?.timer !== id) return;
  const waiting = waitingStages(turn.state);
  if (throttle.pauses > 0) throttle.waitedMs += throttle.pause.ms;
  throttle.pause = null;
  if (waiting.length === 0 && inFlight === 0) gotThrough(turn.state);
  if (waiting.length === 0 || inFlight > 0 || throttle.pauses < MIN_PAUSES) return;
  if (throttle.waitedMs >= settings.starvedAfterMs) starve(turn, waiting, throttle.waitedMs);
}

export function capacityChanged({ state }: Turn, slots: number): void {
  state.slots = slots;
  if (slots <= 0 || state.throttle.pause?.reason !== 'capacity') return;
  state.throttle.pause = null;
  gotThrough(state);
}

function pause(turn: Turn, reason: NonNullable<ThrottleState['pause']>['reason']): void {
  const { throttle, settings } = turn.state;
  const ms = Math.min(settings.throttleMaxMs, settings.throttleBaseMs * 2 ** throttle.pauses);
  throttle.pauses++;
  throttle.pause = { timer: throttle.nextTimer++, ms, reason };
  turn.commands.push({ kind: 'setTimer', id: throttle.pause.timer, ms });
}

function waitingStages(state: SchedulerState): readonly StageState[] {
  return state.ready.map((number) => state.stages[number] as StageState).filter((stage) => peekNext(stage) !== null);
}

function starve(turn: Turn, waiting: readonly StageState[], waitedMs: number): void {
  const { throttle, slots } = turn.state;
  const waitingTasks = waiting.reduce((sum, stage) => sum + stage.missing, 0);
  const failure = { kind: 'starved', waitedMs, throttles: throttle.throttles, slots, waitingTasks } as const;
  gotThrough(turn.state);
  for (const stage of waiting) failStage(turn, stage, failure);
}
