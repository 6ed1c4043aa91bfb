import { describeSparkCases } from '../../support/spark-cases.ts';

describeSparkCases({
  job: 'spark-statistics.ts',
  expected: {},
});
