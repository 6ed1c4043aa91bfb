// Properties of jobs, cancelling by them, and what is known of jobs; run by test/e2e/spark/job-control.test.ts on several masters.
import { setTimeout } from 'node:timers/promises';
import { Context, type LocalProperties, TaskContext } from 'levin';
import { showWith } from './show.ts';

await using lv = await Context.create({
  schedulerMode: 'FAIR',
  pools: { heavy: { weight: 3 }, sure: { schedulingMode: 'FAIR', minShare: 1 } },
});
const slices = Number(process.argv[2]);
const show = showWith(3);
const status = lv.statusTracker();
const three = lv.range(3, { numSlices: slices });
/** One task that never ends. */
const endless = lv.range(1, { numSlices: 1 }).map((x) => {
  for (;;) if (x > 1) return x;
});
const activeTasks = (group: string): number =>
  status
    .getJobIdsForGroup(group)
    .flatMap((job) => status.getJobInfo(job)?.stageIds ?? [])
    .reduce((sum, stage) => sum + (status.getStageInfo(stage)?.numActiveTasks ?? 0), 0);
/** Begins an endless action and waits until it runs. */
const begin = async (properties: LocalProperties): Promise<{ readonly end: Promise<string> }> => {
  const group = String(properties.jobGroup ?? 'endless');
  const before = status.getActiveJobIds().length;
  const end = lv
    .withLocalProperties({ ...properties, jobGroup: group }, () => endless.collect())
    .then(String, (error: { code: string; message: string }) => `${error.code}: ${error.message}`);
  const runs = (): boolean => status.getActiveStageIds().some((stage) => status.getStageInfo(stage)?.numActiveTasks === 1);
  while (status.getActiveJobIds().length === before || !runs()) await setTimeout(5);
  return { end };
};

await show('withLocalProperties adds up', () =>
  lv.withLocalProperties({ pool: 'heavy', tags: ['a', 'b'], 'my.key': 'v' }, async () => {
    const inner = await lv.withLocalProperties({ jobGroup: 'g', tags: ['b', 'c'], 'my.key': null }, async () => {
      await setTimeout(1);
      return [...['pool', 'jobGroup', 'my.key', 'tags'].map((name) => lv.getLocalProperty(name)), [...lv.getJobTags()]];
    });
    return [
      inner,
      lv.getLocalProperty('my.key'),
      lv.getLocalProperty('jobGroup'),
      [...lv.withLocalProperties({ tags: null }, () => lv.getJobTags())],
    ];
  }),
);
await show('nothing holds outside', () => [lv.getLocalProperty('pool'), lv.getLocalProperty('tags'), lv.getJobTags().size]);
await show('Spark’s names', () =>
  lv.withLocalProperties({ 'spark.scheduler.pool': 'heavy', 'spark.jobGroup.id': 'g', 'spark.job.tags': 'x,y' }, () => [
    lv.getLocalProperty('pool'),
    lv.getLocalProperty('spark.jobGroup.id'),
    [...lv.getJobTags()],
  ]),
);
await show('tasks know the properties of their job', () =>
  lv.withLocalProperties({ pool: 'heavy', tags: ['a', 'b'], 'my.key': 'v' }, () =>
    lv
      .range(1, { numSlices: 1 })
      .map(() => ['pool', 'spark.scheduler.pool', 'tags', 'my.key', 'jobGroup'].map((name) => TaskContext.get()?.getLocalProperty(name)))
      .collect(),
  ),
);
await show('withLocalProperties gives what the code gives', () => lv.withLocalProperties({}, () => 7));
await show('a tag with a comma', () => lv.withLocalProperties({ tags: ['a,b'] }, () => 7));
await show('an empty tag', () => lv.withLocalProperties({ tags: [''] }, () => 7));
await show('tags that are a text', () => lv.withLocalProperties({ tags: 'a' as never }, () => 7));
await show('a pool without a name', () => lv.withLocalProperties({ pool: '' }, () => 7));
await show('a property that is no text', () => lv.withLocalProperties({ 'my.key': 7 as never }, () => 7));
await show('properties that are none', () => lv.withLocalProperties(null as never, () => 7));
await show('no function', () => lv.withLocalProperties({}, 7 as never));

await show('statusTracker', async () => {
  const first = Math.max(-1, ...status.getJobIdsForGroup(null)) + 1;
  await lv.withLocalProperties({ jobGroup: 'counted' }, () => three.count());
  const job = status.getJobInfo(first);
  const stage = status.getStageInfo(job?.stageIds[0] ?? -1);
  return [
    status.getJobIdsForGroup('counted').length,
    status.getJobIdsForGroup('counted')[0] === first,
    job?.status,
    job?.stageIds.length,
    stage?.numTasks === slices && stage.numCompletedTasks === slices,
    [stage?.currentAttemptId, stage?.numActiveTasks, stage?.numFailedTasks, stage?.name],
    [
      status.getActiveJobIds(),
      status.getActiveStageIds(),
      status.getJobInfo(999),
      status.getStageInfo(999),
      status.getJobIdsForGroup('none'),
    ],
  ];
});
await show('an action belongs to the group of the code that calls it, also in several jobs at once', async () => {
  const [a, b] = await Promise.all([
    lv.withLocalProperties({ jobGroup: 'a' }, () => three.take(3)),
    lv.withLocalProperties({ jobGroup: 'b' }, () => three.sortBy((x) => -x).collect()),
  ]);
  return [a, b, status.getJobIdsForGroup('a').length > 0, status.getJobIdsForGroup('b').length > 0];
});

await show('cancelJobGroup', async () => {
  const { end } = await begin({ jobGroup: 'nightly' });
  const active = status.getActiveJobIds();
  await lv.cancelJobGroup('nightly', 'it is morning');
  return [active.length, await end, status.getActiveJobIds(), status.getJobInfo(active[0] as number)?.status];
});
await show('cancelJobGroup leaves others alone', async () => {
  const { end } = await begin({ jobGroup: 'nightly' });
  await lv.cancelJobGroup('other');
  const active = status.getActiveJobIds().length;
  await lv.cancelJobGroup('nightly');
  return [active, await end, await lv.withLocalProperties({ jobGroup: 'nightly' }, () => three.count())];
});
await show('cancelJobsWithTag', async () => {
  const { end } = await begin({ tags: ['a', 'b'] });
  await lv.cancelJobsWithTag('c');
  await lv.cancelJobsWithTag('b', 'no more');
  return [await end];
});
await show('cancelAllJobs', async () => {
  const { end } = await begin({});
  await lv.cancelAllJobs();
  return [await end, await three.count()];
});
await show('cancelJobGroupAndFutureJobs', async () => {
  const { end } = await begin({ jobGroup: 'closed' });
  await lv.cancelJobGroupAndFutureJobs('closed', 'over');
  const later = lv.withLocalProperties({ jobGroup: 'closed' }, () => three.count()).catch((error: Error) => error.message);
  return [await end, await later, await three.count()];
});
await show('a loop over an iterator ends when its group is cancelled', async () => {
  const seen: number[] = [];
  const loop = lv.withLocalProperties({ jobGroup: 'loop' }, async () => {
    for await (const x of lv.range(1000, { numSlices: 100 }).toLocalIterator()) if (seen.push(x) === 1) await lv.cancelJobGroup('loop');
  });
  await loop.catch((error: Error) => seen.push(error.message as never));
  return [seen[0], seen.at(-1), seen.length < 1000];
});
await show('cancelJobGroup of nothing', () => lv.cancelJobGroup(''));
await show('cancelJobsWithTag of no tag', () => lv.cancelJobsWithTag('a,b'));

await show('a job with more tasks than anybody waits for does not keep those of another pool waiting', async () => {
  const long = lv
    .withLocalProperties({ pool: 'long', jobGroup: 'long' }, () => lv.range(5000, { numSlices: 5000 }).count())
    .catch((error: { code: string }) => error.code);
  while (status.getActiveStageIds().length === 0) await setTimeout(5);
  const quick = await lv.withLocalProperties({ pool: 'quick' }, () => lv.range(40, { numSlices: 40 }).count());
  const [job] = status.getJobIdsForGroup('long');
  const info = status.getJobInfo(job as number)?.status;
  await lv.cancelJobGroup('long');
  return [quick, info, await long];
});
await show('an endless job in one pool does not starve the other', async () => {
  const quick = lv.withLocalProperties({ pool: 'quick', jobGroup: 'quick' }, () => lv.range(1500, { numSlices: 1500 }).count());
  while (activeTasks('quick') === 0) await setTimeout(1);
  // As many tasks as there are slots, and none of them ends: they have one slot until the other pool is done.
  const stuck = lv
    .withLocalProperties({ pool: 'stuck', jobGroup: 'stuck' }, () =>
      lv
        .range(2, { numSlices: 2 })
        .map((x) => {
          for (;;) if (x > 2) return x;
        })
        .count(),
    )
    .catch((error: { code: string }) => error.code);
  while (activeTasks('stuck') === 0) await setTimeout(1);
  const numbers = await quick;
  const active = status.getJobIdsForGroup('stuck').map((job) => status.getJobInfo(job)?.status);
  await lv.cancelJobGroup('stuck');
  return [numbers, active, await stuck];
});

await show('version and startTime', () => [/^\d+\.\d+\.\d+/.test(lv.version), lv.startTime > Date.UTC(2026) && lv.startTime <= Date.now()]);
await show('getConf', () => {
  const { schedulerMode, maxTaskFailures, quiet, pools } = lv.getConf();
  return [schedulerMode, maxTaskFailures, quiet, pools.value['heavy']];
});
await show(
  'setLogLevel',
  () => ['ALL', 'TRACE', 'debug', 'INFO', 'ERROR', 'FATAL', 'OFF', 'WARN'].map((level) => lv.setLogLevel(level)).length,
);
await show('setLogLevel of none', () => lv.setLogLevel('LOUD'));
