import { BarrierTaskContext, Context } from 'levin';

const ROUNDS = 10;
const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, x, i) => sum + x * (b[i] ?? 0), 0);
const add = (a: readonly number[], b: readonly number[]): number[] => a.map((x, i) => x + (b[i] ?? 0));

/** Logistic regression: each task keeps its points and the model; in each round all learn the sum of all gradients. */
await using lv = await Context.create();
const models = await lv
  .textFile(process.argv[2] ?? 'points.csv', 2)
  .map((line) => line.split(',').map(Number))
  .barrier()
  .mapPartitions(async (lines) => {
    const context = BarrierTaskContext.get();
    const points = [...lines];
    let model = [0, 0, 0];
    for (let round = 0; round < ROUNDS; round++) {
      let gradient = [0, 0, 0];
      for (const [label = 0, ...x] of points) {
        const error = 1 / (1 + Math.exp(-dot(x, model))) - label;
        gradient = add(
          gradient,
          x.map((value) => value * error),
        );
      }
      const all = (await context?.allGather(JSON.stringify(gradient))) ?? [];
      const total = all.map((text): number[] => JSON.parse(text)).reduce(add);
      model = model.map((weight, i) => weight - (total[i] ?? 0) / 100);
    }
    return [model];
  })
  .collect();
console.log(JSON.stringify(models));
