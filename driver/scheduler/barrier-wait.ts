import type { SchedulerState, StageState } from './state.ts';
import { peekNext } from './tasks.ts';
import type { Turn } from './turn.ts';

/** How long slots are kept at first; then others get them for as long, and each further round takes twice the time. */
const FIRST_MS = 5000;

/** Attempts that run at once, of which a barrier stage needs one for each of its tasks. */
function placesOf({ slots, settings }: SchedulerState): number {
  return Math.min(slots, settings.concurrency);
}

export function hasRoom(state: SchedulerState, stage: StageState): boolean {
  return state.inFlight + stage.tasks.length <= placesOf(state);
}

/**
 * A barrier stage whose turn it is cannot be launched. True: what is free is kept for it, and nothing else is launched; false: it is passed over.
 *
 * If others always got what comes free, it might never find room; if they never did, one task without end would stop all of them. So slots are
 * kept and given away in turns of equal length, which double: at last they are kept for longer than any task takes that ends, and whoever has
 * to wait for that gets as much time as it has waited.
 */
export function keepsSlots(turn: Turn, stage: StageState): boolean {
  const { state } = turn;
  // More than there is when nothing runs: nothing comes free by waiting.
  if (state.inFlight === 0 && !hasRoom(state, stage)) return false;
  // What its tasks may have committed is being given up first.
  if (peekNext(stage) === null) return false;
  if (awaited(state) === null) begin(turn, { stage: stage.stage, ms: FIRST_MS, keeps: true });
  return keptFor(state) === stage;
}

/** The stage that what is free is kept for at this moment. */
export function keptFor(state: SchedulerState): StageState | null {
  return state.barrierWait?.keeps === true ? awaited(state) : null;
}

/** A turn is over: gives whether the timer was this one's. */
export function barrierTimerFired(turn: Turn, timer: number): boolean {
  const { barrierWait: wait } = turn.state;
  if (wait?.timer !== timer) return false;
  const stage = awaited(turn.state);
  if (stage === null) return true;
  if (wait.keeps && wait.ms === FIRST_MS) warn(turn, stage);
  begin(turn, { stage: wait.stage, ms: wait.keeps ? wait.ms : 2 * wait.ms, keeps: !wait.keeps });
  return true;
}

/** null when it was launched since, or is not needed any more: then the wait is over. */
function awaited(state: SchedulerState): StageState | null {
  if (state.barrierWait === null) return null;
  const stage = state.stages[state.barrierWait.stage];
  if (stage?.status === 'running' && peekNext(stage) !== null) return stage;
  state.barrierWait = null;
  return null;
}

function begin({ state, commands }: Turn, wait: { readonly stage: number; readonly ms: number; readonly keeps: boolean }): void {
  const timer = state.throttle.nextTimer++;
  state.barrierWait = { ...wait, timer };
  commands.push({ kind: 'setTimer', id: timer, ms: wait.ms });
}

function warn({ state, commands }: Turn, stage: StageState): void {
  const [tasks, others] = [stage.tasks.length, state.inFlight - stage.inFlight];
  if (others === 0) return;
  const message = `Stage ${stage.stage} (${stage.name}) waits to run all its ${tasks} tasks together (barrier): ${placesOf(state)} can run at once here, and ${others} of others run. It starts when there is room; until then slots that come free are now kept for it, now given to others.`;
  commands.push({ kind: 'warn', code: 'BARRIER_WAITS', message });
}
