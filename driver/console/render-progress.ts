import { displayWidth, padEnd, truncate } from './display-width.ts';
import { countOf } from './human-units.ts';
import type { StageProgress } from './stage-progress.ts';

/** More stages than this are only counted. */
const MAX_STAGES = 3;
/** A shorter bar says nothing. */
const MIN_BAR = 6;

/**
 * The progress bars of running stages, one line each, as Spark draws them: `(done + running) / all`.
 *
 * ```
 * [stage 3: reduceByKey at job.ts:12 ==============>              (3 + 2) / 8]
 * ```
 * No line is as long as the terminal is wide: the cursor stays on it.
 */
export function renderProgress(stages: readonly StageProgress[], columns: number): readonly string[] {
  const shown = stages.slice(0, MAX_STAGES);
  const width = Math.max(1, columns - 1);
  const counts = shown.map(countsOf);
  const countsWidth = Math.max(0, ...counts.map(displayWidth));
  const numbers = shown.map(({ stage }) => `stage ${stage}`);
  const numbersWidth = Math.max(0, ...numbers.map(displayWidth));
  // [numbers: names bar counts], the bar at least a quarter of what the counts leave
  const room = width - countsWidth - '[]  '.length;
  const namesRoom = room - Math.max(MIN_BAR, Math.floor(room / 4)) - numbersWidth - 2;
  const namesWidth = Math.min(Math.max(0, ...shown.map(({ name }) => displayWidth(name))), namesRoom);
  const lines = shown.map((stage, i) => {
    const number = numbers[i] as string;
    const title = namesWidth < 3 ? number : `${number}: ${truncate(stage.name, namesWidth)}`;
    const titleWidth = namesWidth < 3 ? numbersWidth : numbersWidth + 2 + namesWidth;
    const barWidth = room - titleWidth;
    const count = ' '.repeat(countsWidth - displayWidth(counts[i] as string)) + counts[i];
    const bar = barWidth < MIN_BAR ? '' : `${barOf(stage, barWidth)} `;
    return truncate(`[${padEnd(title, titleWidth)} ${bar}${count}]`, width);
  });
  const more = stages.length - shown.length;
  return more === 0 ? lines : [...lines, truncate(`and ${countOf(more, 'more stage')}`, width)];
}

function countsOf({ done, running, tasks, failed }: StageProgress): string {
  return `(${done} + ${running}) / ${tasks}${failed === 0 ? '' : `, ${failed} failed`}`;
}

function barOf({ done, tasks }: StageProgress, width: number): string {
  const filled = tasks === 0 ? width : Math.floor((width * done) / tasks);
  const head = filled < width ? '>' : '';
  return ('='.repeat(filled) + head).padEnd(width);
}
