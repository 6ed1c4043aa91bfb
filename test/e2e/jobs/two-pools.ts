// Two pools share the slots three to one for as long as both have tasks.
import { setTimeout } from 'node:timers/promises';
import { Context } from 'levin';

await using lv = await Context.create({
  schedulerMode: 'FAIR',
  pools: { etl: { weight: 3 }, adhoc: { weight: 1 } },
});
const work = (pool: string): Promise<number> =>
  lv.withLocalProperties({ pool, jobGroup: `${pool} of today` }, () =>
    lv
      .range(120, { numSlices: 120 })
      .map((x) => setTimeout(5, x))
      .count(),
  );
console.log(await Promise.all([work('etl'), work('adhoc')]));
