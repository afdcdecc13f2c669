/** Who may import whom. A row here is a row of the table in docs/architecture.md; its comment is the error message. */
const ROOMS = {
  model: { may: [], why: 'model is the words everyone speaks: it knows no other room.' },
  facts: { may: ['model'], why: 'a fact is what one object says of itself: it needs the shapes and nothing else.' },
  analysis: {
    may: ['model', 'facts'],
    why: 'an engine works on shapes and facts; checks ask it, it does not know them.',
  },
  relations: {
    may: ['model', 'facts', 'analysis'],
    why: 'a relation walks between objects; what follows from it is for a check to say.',
  },
  checks: {
    may: ['model', 'facts', 'relations', 'analysis'],
    why: 'a check sees its subject and its declared inputs; give it a fact or a relation.',
  },
  traits: {
    may: ['model', 'facts', 'relations', 'analysis'],
    why: 'a trait is told of what its declared inputs say, as a check is judged by them.',
  },
  inventory: { may: ['model', 'facts'], why: 'the inventory holds objects; it knows nothing of checks.' },
  engine: { may: ['model'], why: 'the engine is handed its checks and objects as values.' },
  report: { may: ['model'], why: 'a report is a function of verdicts: values in, values out.' },
  settings: { may: ['model'], why: 'settings reads flags, environment and file, and gives one frozen value.' },
  log: { may: [], why: 'log wraps winston and nothing else.' },
  kube: { may: ['model', 'log'], why: 'kube could be a package of its own: it knows no check and no report.' },
  sandbox: { may: ['model', 'log'], why: 'the sandbox is an API server: it must not know the product that it serves.' },
  sinks: { may: ['model', 'report', 'kube', 'log'], why: 'a sink publishes a report that is handed to it.' },
  operator: {
    may: [
      'model',
      'facts',
      'analysis',
      'relations',
      'checks',
      'traits',
      'inventory',
      'engine',
      'report',
      'settings',
      'log',
      'kube',
      'sinks',
    ],
    why: 'the operator wires the rooms; it knows neither the command line nor the sandbox.',
  },
  cli: {
    may: [
      'model',
      'facts',
      'analysis',
      'relations',
      'checks',
      'traits',
      'inventory',
      'engine',
      'report',
      'settings',
      'log',
      'kube',
      'sandbox',
      'sinks',
      'operator',
    ],
    why: 'cli is a door: nobody imports it but main.',
  },
};
const PURE = ['model', 'facts', 'analysis', 'relations', 'checks', 'traits', 'inventory', 'engine', 'report'];

const doors = Object.entries(ROOMS).map(([room, { may, why }]) => ({
  name: `door-of-${room}`,
  severity: 'error',
  comment: why,
  from: { path: `^src/${room}/` },
  to: { path: '^src/', pathNot: `^src/(${[room, ...may].join('|')})/` },
}));

const packageOnlyIn = (name, rooms) => ({
  name: `${name}-only-in-${rooms.join('-')}`,
  severity: 'error',
  comment: `${name} belongs to ${rooms.join(', ')}: everyone else speaks our own shapes.`,
  from: { path: '^src/', pathNot: `^src/(${rooms.join('|')})/` },
  to: { path: `node_modules/(@kubernetes/)?${name}/` },
});

export default {
  forbidden: [
    ...doors,
    {
      name: 'pure-rooms-take-lodash-only',
      severity: 'error',
      comment: 'Pure inside, I/O at the doors: a pure room imports no Node module and no package but lodash.',
      from: { path: `^src/(${PURE.join('|')})/`, pathNot: '^src/facts/address\\.ts$' },
      to: {
        dependencyTypes: ['core', 'npm', 'npm-dev', 'npm-no-pkg', 'npm-unknown'],
        pathNot: 'node_modules/(@types/)?lodash',
      },
    },
    {
      name: 'addresses-are-parsed-in-one-file',
      severity: 'error',
      comment: 'ipaddr.js is for src/facts/address.ts (decision 0011): everyone else speaks of stretches.',
      from: { path: '^src/', pathNot: '^src/facts/address\\.ts$' },
      to: { path: 'node_modules/ipaddr\\.js/' },
    },
    {
      name: 'address-takes-ipaddr-only',
      severity: 'error',
      comment: 'A pure file: of packages it takes the parser of addresses alone.',
      from: { path: '^src/facts/address\\.ts$' },
      to: {
        dependencyTypes: ['core', 'npm', 'npm-dev', 'npm-no-pkg', 'npm-unknown'],
        pathNot: 'node_modules/ipaddr\\.js/',
      },
    },
    packageOnlyIn('client-node', ['kube']),
    packageOnlyIn('prom-client', ['sinks']),
    packageOnlyIn('winston', ['log']),
    packageOnlyIn('node-cron', ['operator']),
    {
      name: 'no-circular',
      severity: 'error',
      comment: 'A ring of files has no first page to read.',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      comment: 'Nobody imports this file and it imports nobody: it is dead.',
      from: { orphan: true, path: '^src/', pathNot: '^src/(main\\.ts|setup\\.mjs)$' },
      to: {},
    },
    {
      name: 'src-without-test',
      severity: 'error',
      comment: 'What ships does not know how it is tested.',
      from: { path: '^src/' },
      to: { path: '^test/' },
    },
    {
      name: 'rooms-are-entered-by-hash',
      severity: 'error',
      comment: "Enter another room as '#room/file.ts': a # in an import line is the sight of crossing a threshold.",
      from: { path: '^src/([^/]+)/' },
      to: { path: '^src/', pathNot: '^src/$1/', dependencyTypesNot: ['aliased', 'aliased-subpath-import'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
};
