import { countOf, formatBytes, formatCount, formatDollars, formatDuration } from '../console/human-units.ts';
import { renderTable, type TableColumn } from '../console/render-table.ts';
import type { Prediction, StagePrediction } from './prediction.ts';

const right = (title: string): TableColumn => ({ title, align: 'right' });

const COLUMNS: readonly TableColumn[] = [
  right('STAGE'),
  { title: 'OPERATION' },
  right('TASKS'),
  right('TIME'),
  right('A TASK'),
  right('LONGEST'),
  right('INPUT'),
  right('SHUFFLE READ'),
  right('SHUFFLE WRITE'),
  right('OUTPUT'),
  right('GET'),
  right('PUT'),
  right('ITEMS'),
  right('GB-S'),
  right('COST'),
];

/** A prediction for people: a line a stage, what it comes to, what would hurt, and what was assumed. */
export function renderPrediction(prediction: Prediction): string {
  const { seconds, dollars, driver, total, inputBytes, profiledBytes } = prediction;
  const rows = [
    ...prediction.stages.map(stageRow),
    requestRow('driver', '', driver, driver.dollars),
    requestRow('total', formatDuration(seconds.median * 1000), total, dollars.median),
  ];
  const size =
    profiledBytes === 0
      ? 'no files'
      : `${formatBytes(inputBytes)} of files, ${factorText(inputBytes / profiledBytes)} the ${formatBytes(profiledBytes)} of the profile`;
  return [
    `${prediction.name} with ${formatCount(prediction.workers)} workers of ${formatCount(prediction.memoryMb)} MB, ${size}`,
    '',
    renderTable(COLUMNS, rows),
    '',
    `${formatDuration(seconds.median * 1000)} (p95 ${formatDuration(seconds.p95 * 1000)}), ${formatDollars(dollars.median)} (p95 ${formatDollars(dollars.p95)}) over ${countOf(prediction.seeds, 'seed')}; prices of ${prediction.prices.region}, ${prediction.prices.asOf}`,
    ...list('Mind:', prediction.warnings),
    ...list('Assumed:', prediction.assumptions),
    '',
  ].join('\n');
}

function stageRow(stage: StagePrediction): readonly string[] {
  return [
    String(stage.stage),
    stage.name,
    formatCount(stage.tasks),
    formatDuration(stage.seconds.median * 1000),
    formatDuration(stage.taskSeconds.median * 1000),
    formatDuration(stage.taskSeconds.max * 1000),
    bytesOrNothing(stage.inputBytes),
    bytesOrNothing(stage.shuffleReadBytes),
    bytesOrNothing(stage.shuffleWriteBytes),
    bytesOrNothing(stage.outputBytes),
    formatCount(stage.gets),
    formatCount(stage.puts + stage.lists),
    formatCount(stage.itemReads + stage.itemWrites),
    formatCount(Math.round(stage.gbSeconds)),
    formatDollars(stage.dollars),
  ];
}

function requestRow(name: string, time: string, usage: Prediction['total'], dollars: number): readonly string[] {
  const requests = [usage.gets, usage.puts + usage.lists, usage.itemReads + usage.itemWrites].map(formatCount);
  const tasks = usage.invocations === 0 ? '' : formatCount(usage.invocations);
  return ['', name, tasks, time, '', '', '', '', '', '', ...requests, formatCount(Math.round(usage.gbSeconds)), formatDollars(dollars)];
}

function bytesOrNothing(bytes: number): string {
  return bytes === 0 ? '' : formatBytes(Math.round(bytes));
}

function factorText(factor: number): string {
  return `${factor >= 100 ? formatCount(Math.round(factor)) : Number(factor.toPrecision(3))} ×`;
}

function list(title: string, texts: readonly string[]): readonly string[] {
  return texts.length === 0 ? [] : ['', title, ...texts.map((text) => `  - ${text}`)];
}
