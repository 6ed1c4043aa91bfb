// Who may import whom: docs/architecture.md. Types count as imports.
const folder = (...names) => `^(${names.join('|')})/`;
const rule = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

/** Layers inside the engine, lowest first: a layer may import those before it and its own. */
const ENGINE = ['errors', 'types', '(closures|records)', 'plan', 'ports', 'runtime'];
const engineRules = ENGINE.slice(0, -1).map((layer, i) =>
  rule(
    `engine-${layer.replace(/\W/g, '')}-is-below`,
    `errors → types → closures, records → plan → ports → runtime`,
    { path: `^engine/${layer}/` },
    { path: `^engine/(${ENGINE.slice(i + 1).join('|')})/` },
  ),
);

module.exports = {
  forbidden: [
    rule(
      'no-cycles',
      'a cycle of run-time imports makes the order of evaluation matter',
      {},
      { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    ),
    rule(
      'engine-is-lowest',
      'engine ← shuffle ← driver, functions',
      { path: folder('engine') },
      { path: folder('shuffle', 'driver', 'functions', 'infra', 'simulator', 'testing', 'test', 'bench', 'examples') },
    ),
    rule(
      'shuffle-is-below',
      'engine ← shuffle ← driver, functions',
      { path: folder('shuffle') },
      { path: folder('driver', 'functions', 'infra', 'simulator', 'testing', 'test', 'bench', 'examples') },
    ),
    rule(
      'functions-know-no-driver',
      'what runs away from the user’s process is wired from engine and shuffle',
      { path: folder('functions'), pathNot: '^functions/(driver|driver-process|start-driver-process)\\.ts$' },
      { path: folder('driver', 'simulator', 'testing', 'test', 'bench', 'examples') },
    ),
    rule(
      'driver-names-functions-by-url',
      'entry points are started, not imported',
      { path: folder('driver') },
      { path: folder('functions', 'testing', 'test', 'bench', 'examples') },
    ),
    rule(
      'infra-knows-what-is-agreed',
      'what functions are called and how they are described; nothing that runs',
      { path: folder('infra') },
      {
        path: folder('driver', 'engine', 'shuffle', 'functions', 'simulator', 'testing', 'test', 'bench', 'examples'),
        pathNot: '^(engine/(errors|types)/|engine/closures/loading/levin-package.ts|engine/adapters/aws/dynamodb-item.ts|functions/env.ts)',
      },
    ),
    rule(
      'infra-is-loaded-on-demand',
      'the CDK is an optional peer, and takes half a second to load: of the product only levin deploy and destroy load it',
      { pathNot: '^(infra|test)/' },
      { path: folder('infra'), dynamic: false, dependencyTypesNot: ['type-only'] },
    ),
    rule('infra-stands-aside', 'it deploys the product', { pathNot: '^(infra|test|driver/cli)/' }, { path: folder('infra') }),
    rule(
      'simulator-stands-aside',
      'it runs the product in a simulated world; of the product only commands that are loaded on demand know it',
      { pathNot: '^(simulator|test|bench|driver/cli)/' },
      { path: folder('simulator') },
    ),
    rule(
      'simulator-runs-the-real-code',
      'no scheduling, commit or shuffle logic of its own: it wires driver, shuffle and runtime over simulated services',
      { path: folder('simulator') },
      { path: folder('functions', 'testing', 'test', 'bench', 'examples') },
    ),
    rule(
      'simulator-decides-nothing',
      'what the scheduler, planner and journal do it learns only by running them',
      { path: folder('simulator') },
      { path: '^driver/(scheduler|planner|journal|lease|lineage)/' },
    ),
    rule(
      'emulators-know-nothing-of-levin',
      'what judges the adapters must not share their mistakes',
      { path: '^testing/emulators/' },
      { path: folder('driver', 'engine', 'shuffle', 'functions', 'simulator', 'test', 'bench', 'examples') },
    ),
    rule(
      'aws-sdk-in-its-adapters',
      'everything else knows ports only; and it takes 100 ms to load',
      { pathNot: '^(engine/adapters/aws|infra|test|testing/localstack)/|^testing/test-engine.ts$' },
      { path: '(^|/)node_modules/@(aws-sdk|smithy)/' },
    ),
    rule('nothing-imports-tests', 'tests import the code, never the other way', { pathNot: folder('test') }, { path: folder('test') }),
    rule(
      'examples-use-the-package',
      'examples are what a user writes',
      { path: folder('examples') },
      { path: folder('driver', 'engine', 'shuffle', 'functions', 'simulator', 'testing'), pathNot: '^driver/index.ts$' },
    ),
    ...engineRules,
    rule(
      'adapters-are-chosen-where-things-are-wired',
      'everything else knows ports only',
      { path: folder('driver', 'engine', 'shuffle'), pathNot: '^(driver/wiring(-aws|-deploy)?.ts|engine/adapters/)' },
      { path: '^engine/adapters/' },
    ),
    rule('scheduler-is-pure', 'no clock, no I/O, no platform', { path: '^driver/scheduler/' }, { dependencyTypes: ['core', 'npm'] }),
    rule(
      'files-are-read-in-few-places',
      'user data and levin’s own go through ObjectStore',
      {
        path: folder('driver', 'engine', 'shuffle', 'functions', 'simulator', 'testing'),
        pathNot:
          '^(engine/adapters/local/|engine/closures/loading/|driver/cli/|driver/config/|testing/invoke-endpoint/|testing/localstack/)',
      },
      { path: '^(node:)?fs(/promises)?$' },
    ),
    rule('no-unresolved', 'an import that goes nowhere', {}, { couldNotResolve: true, pathNot: '^levin' }),
  ],
  options: {
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|test/support/closure-cases|test/types/consumer)/' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.json'],
      conditionNames: ['import', 'node', 'default', 'types'],
      exportsFields: ['exports'],
    },
    builtInModules: { add: ['node:sqlite'] },
  },
};
