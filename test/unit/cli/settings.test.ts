import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { expect } from 'chai';
import { CHECKS } from '#checks/index.ts';
import { blaming } from '#settings/blame.ts';
import { configuredChecks, judgedScope } from '#settings/checks.ts';
import { parseConfig } from '#settings/config.ts';
import { CONFIGURATION } from '#settings/description.ts';
import { fieldsOf } from '#settings/field.ts';
import { loadSettings, wantsNoColor } from '#settings/settings.ts';
import { SettingsError } from '#settings/types.ts';
import { variableOf } from '#settings/variables.ts';
import { DEFAULT_PARAMETERS } from '#model/parameters.ts';
import { World } from '../../support/world.ts';

const NOTHING_DECLARED = { declaredControls: {} };
const EVERY = { include: [], exclude: [] };

describe('[unit] settings', () => {
  it('has a default for everything', () => {
    expect(loadSettings({}, {})).to.deep.equal({
      variables: [],
      listen: { host: '0.0.0.0', port: 8080 },
      logFormat: 'json',
      logLevel: 'info',
      checks: { disable: [], severity: {}, parameters: DEFAULT_PARAMETERS },
      scope: { namespaces: EVERY, kinds: EVERY },
      controlPlane: { declaredControls: {} },
      secrets: { mode: 'metadata' },
      exceptions: { maxDays: 0, nonSuppressible: [], broadAbove: 100 },
      reports: { maxFindings: 100 },
      writes: { rate: 50, burst: 100 },
      events: { enabled: true, rate: 1, burst: 50 },
      schedule: { sweep: '17 3 * * *' },
      metrics: { maxSeries: 10_000, workloadScore: false },
      leaderElection: { enabled: true, namespace: 'kubeposture' },
    });
  });

  it('is frozen to the bottom', () => {
    const settings = loadSettings({}, {});
    expect(Object.isFrozen(settings)).to.equal(true);
    expect(Object.isFrozen(settings.scope.namespaces.include)).to.equal(true);
  });

  it('a flag wins over a variable, a variable over the default', () => {
    const environment = {
      KUBEPOSTURE_LISTEN: '[::1]:0',
      KUBEPOSTURE_LOG_LEVEL: 'debug',
      KUBEPOSTURE_CONTEXT: '',
      POD_NAMESPACE: 'guard',
    };
    const settings = loadSettings({ logLevel: 'warn', leaderElect: 'false', kubeconfig: 'k' }, environment);
    const { listen, logLevel, leaderElection, kubeconfig } = settings;
    expect({ listen, logLevel, leaderElection, kubeconfig }).to.deep.equal({
      listen: { host: '::1', port: 0 },
      logLevel: 'warn',
      leaderElection: { enabled: false, namespace: 'guard' },
      kubeconfig: 'k',
    });
    expect(settings).not.to.have.property('context');
  });

  for (const [environment, kubeconfig] of [
    [{}, undefined],
    [{ KUBECONFIG: '' }, undefined],
    [{ KUBECONFIG: ['a', '', 'b'].join(delimiter) }, ['a', 'b']],
    [{ KUBECONFIG: 'a', KUBEPOSTURE_KUBECONFIG: 'k' }, 'k'],
  ] as const)
    it(`takes the kubeconfig from ${JSON.stringify(environment)}`, () => {
      expect(loadSettings({}, environment).kubeconfig).to.deep.equal(kubeconfig);
    });

  it('the variable of a field wins over the file, a list as a whole', () => {
    const environment = {
      KUBEPOSTURE_WRITES_RATE: '7',
      KUBEPOSTURE_EVENTS_ENABLED: 'false',
      KUBEPOSTURE_SECRETS_MODE: '"off"',
      KUBEPOSTURE_CHECKS_PARAMETERS_FLOATING_TAGS: '[next]',
      KUBEPOSTURE_SCHEDULE_SWEEP: '',
      // As the kubelet sets them for a Service of our name.
      KUBEPOSTURE_PORT: 'tcp://10.0.0.1:8080',
    };
    const config = mkdtempSync(join(tmpdir(), 'kubeposture-settings-'));
    try {
      const file = join(config, 'c.yaml');
      writeFileSync(file, 'writes: {rate: 5, burst: 6}\nchecks: {parameters: {floatingTags: [a, b]}}\n');
      const { writes, events, secrets, checks, schedule } = loadSettings({ config: file }, environment);
      expect({ writes, events, secrets, schedule, tags: checks.parameters.floatingTags }).to.deep.equal({
        writes: { rate: 7, burst: 6 },
        events: { enabled: false, rate: 1, burst: 50 },
        secrets: { mode: 'off' },
        schedule: { sweep: '17 3 * * *' },
        tags: ['next'],
      });
    } finally {
      rmSync(config, { recursive: true });
    }
  });

  it('every field has a variable of its own, which is none of the flags', () => {
    const variables = Array.from(fieldsOf(CONFIGURATION), ([path]) => variableOf(path));
    const flags = ['CONFIG', 'KUBECONFIG', 'CONTEXT', 'LISTEN', 'LEADER_ELECT', 'LOG_FORMAT', 'LOG_LEVEL'];
    const all = [...variables, ...flags.map((name) => `KUBEPOSTURE_${name}`)];
    expect(all).to.have.length(new Set(all).size);
    expect(variables).to.include('KUBEPOSTURE_LEADER_ELECTION_NAMESPACE');
  });

  for (const [environment, says] of [
    [{ KUBEPOSTURE_WRITES_RATE: 'many' }, 'KUBEPOSTURE_WRITES_RATE: writes.rate: must be a number'],
    [{ KUBEPOSTURE_SECRETS_MODE: 'of' }, 'KUBEPOSTURE_SECRETS_MODE: secrets.mode: must be one of off, metadata'],
    [{ KUBEPOSTURE_CHECKS_DISABLE: '[' }, 'KUBEPOSTURE_CHECKS_DISABLE:1: '],
    [{ KUBEPOSTURE_CHECKS_DISABLE: 'KP-POD-001' }, 'KUBEPOSTURE_CHECKS_DISABLE: checks.disable: must be a list'],
  ] as const)
    it(says, () => {
      expect(() => loadSettings({}, environment)).to.throw(SettingsError, says);
    });

  it('knows its pod where all of it is told', () => {
    const environment = { POD_NAMESPACE: 'guard', POD_NAME: 'kubeposture-0', POD_UID: 'u-0' };
    expect(loadSettings({}, environment).pod).to.deep.equal({ namespace: 'guard', name: 'kubeposture-0', uid: 'u-0' });
    expect(loadSettings({}, { ...environment, POD_UID: '' })).not.to.have.property('pod');
  });

  for (const [flags, says] of [
    [{ listen: '8080' }, '--listen: "8080" is no HOST:PORT'],
    [{ listen: 'x:70000' }, '--listen: "x:70000" is no HOST:PORT'],
    [{ leaderElect: 'yes' }, '--leader-elect: "yes" is not one of true, false'],
    [{ logFormat: 'xml' }, '--log-format: "xml" is not one of json, text'],
    [{ logLevel: 'loud' }, '--log-level: "loud" is not one of debug, info, warn, error'],
    [{ config: '/nope.yaml' }, '/nope.yaml: cannot be read (ENOENT)'],
  ] as const)
    it(says, () => {
      expect(() => loadSettings(flags, {})).to.throw(SettingsError, says);
    });

  it('reads a file', () => {
    const folder = mkdtempSync(join(tmpdir(), 'kubeposture-settings-'));
    try {
      const file = join(folder, 'c.yaml');
      writeFileSync(file, 'writes: {rate: 5}\nchecks: {parameters: {floatingTags: [next]}}\n');
      const { writes, checks } = loadSettings({}, { KUBEPOSTURE_CONFIG: file });
      expect(writes).to.deep.equal({ rate: 5, burst: 100 });
      expect(checks.parameters).to.deep.equal({ ...DEFAULT_PARAMETERS, floatingTags: ['next'] });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('colour is a matter of NO_COLOR', () => {
    expect([{}, { NO_COLOR: '' }, { NO_COLOR: '1' }, { TERM: 'dumb' }].map(wantsNoColor)).to.deep.equal([
      false,
      false,
      true,
      true,
    ]);
  });
});

describe('[unit] configuration file', () => {
  for (const [text, says] of [
    [
      'nope: 1',
      'c.yaml: the file: "nope" is not known; allowed: scope, checks, controlPlane, secrets, exceptions, reports, metrics, writes, events, schedule, leaderElection',
    ],
    ['- 1', 'c.yaml: the file: must be a map'],
    ['checks: {disable: [foo]}', 'c.yaml: checks.disable[0]: must be a check id, such as KP-POD-001'],
    [
      'checks: {severity: {KP-POD-001: bad}}',
      'c.yaml: checks.severity.KP-POD-001: must be one of critical, high, medium, low, info',
    ],
    ['checks: {severity: {foo: low}}', 'c.yaml: checks.severity: "foo" must be a check id, such as KP-POD-001'],
    [
      'checks: {parameters: {componentAdvisories: [{component: Gate, images: [gate], flaws: []}]}}',
      'c.yaml: checks.parameters.componentAdvisories[0].images[0]: must be the end of a repository, of two segments or more',
    ],
    [
      'checks: {parameters: {componentAdvisories: [{component: G, images: [a/b], flaws: [{severity: low, text: t, in: [{below: x}]}]}]}}',
      'c.yaml: checks.parameters.componentAdvisories[0].flaws[0].in[0].below: must be a version, such as 1.12.0',
    ],
    [
      'controlPlane: {declaredControls: {API-001: {status: pass, reason: r}}}',
      'c.yaml: controlPlane.declaredControls: "API-001" must be a check, an aspect of one or a recommendation of CIS, such as KP-API-001, KP-NET-017/none or 1.2.1',
    ],
    [
      'controlPlane: {declaredControls: {1.2.1: {status: ok, reason: r}}}',
      "c.yaml: controlPlane.declaredControls['1.2.1'].status: must be one of pass, fail, notApplicable",
    ],
    [
      'controlPlane: {declaredControls: {KP-API-001: {status: pass}}}',
      "c.yaml: controlPlane.declaredControls.KP-API-001: must have required property 'reason'",
    ],
    [
      'controlPlane: {declaredControls: {KP-API-001: {status: pass, reason: r, expires: tomorrow}}}',
      'c.yaml: controlPlane.declaredControls.KP-API-001.expires: must be a time, such as "2027-01-31T00:00:00Z"',
    ],
    ['schedule: {sweep: daily}', 'c.yaml: schedule.sweep: must be a cron expression of five fields'],
    ['writes: {rate: 0}', 'c.yaml: writes.rate: must be > 0'],
    ['scope:\n  namespaces: [', 'c.yaml:2:'],
    ['a: 1\n---\nb: 1', 'c.yaml: holds several documents; one is allowed'],
  ] as const)
    it(says, () => {
      expect(() => parseConfig(text, 'c.yaml')).to.throw(SettingsError, says);
    });

  for (const text of ['', '# nothing', '---\n', 'schedule: {sweep: "*/5 * * * 1-5"}'])
    it(`takes ${JSON.stringify(text)}`, () => {
      expect(() => parseConfig(text, 'c.yaml')).not.to.throw();
    });
});

describe('[unit] configured checks', () => {
  const pod = {
    kind: 'Pod',
    metadata: { name: 'a' },
    spec: { containers: [{ name: 'a', securityContext: { privileged: true } }] },
  } as const;

  it('disables, and gives severities', () => {
    const checks = configuredChecks(CHECKS, {
      checks: { disable: ['KP-NET-002'], severity: { 'KP-POD-001': 'low' } },
      controlPlane: NOTHING_DECLARED,
    });
    const world = new World([pod], checks);
    expect(world.findingsOf('KP-NET-002')).to.deep.equal([]);
    expect(world.findingsOf('KP-POD-001').map(({ severity }) => severity)).to.deep.equal(['low']);
  });

  it('refuses an id that no check has', () => {
    const checks = { disable: ['KP-POD-999'], severity: {} } as const;
    const settings = { checks, controlPlane: NOTHING_DECLARED };
    const refused = 'checks.disable: there is no check KP-POD-999';
    expect(() => configuredChecks(CHECKS, settings)).to.throw(SettingsError, refused);
    for (const [configFile, variables, place] of [
      ['c.yaml', [], 'c.yaml: '],
      ['c.yaml', ['writes.rate'], 'c.yaml: '],
      ['c.yaml', ['writes.rate', 'checks.disable'], 'KUBEPOSTURE_CHECKS_DISABLE: '],
      [undefined, [], ''],
    ] as const)
      expect(() => blaming({ ...(configFile && { configFile }), variables }, () => configuredChecks(CHECKS, settings)))
        .to.throw(SettingsError)
        .with.property('message', place + refused);
  });

  for (const { include, exclude, judged } of [
    { include: [], exclude: ['kube-*'], judged: ['', 'shop'] },
    { include: ['shop', 'kube-*'], exclude: ['kube-system'], judged: ['', 'kube-public', 'shop'] },
  ])
    it(`judges ${judged.join(' and ')}: all but ${exclude.join()} of ${include.join() || 'all'}`, () => {
      const { inScope = () => true } = judgedScope({ namespaces: { include, exclude }, kinds: EVERY });
      expect(['', 'kube-public', 'kube-system', 'shop'].filter((name) => inScope(name))).to.deep.equal(judged);
    });

  it('judges the kinds that are chosen', () => {
    const namespaces = { include: [], exclude: ['b'] };
    const { inScope = () => true } = judgedScope({ namespaces, kinds: { include: [], exclude: ['ReplicaSet'] } });
    expect([inScope('a'), inScope('b'), inScope('a', 'Pod'), inScope('a', 'ReplicaSet')]).to.deep.equal([
      true,
      false,
      true,
      false,
    ]);
  });

  for (const [word, meant] of [
    ['deployments', 'Deployment'],
    ['Deploymnet', 'Deployment'],
    ['pod', 'Pod'],
    ['networkpolicies', 'NetworkPolicy'],
  ] as const)
    it(`refuses the kind ${word}`, () => {
      const kinds = { include: ['Pod'], exclude: [word] };
      expect(() => judgedScope({ namespaces: EVERY, kinds })).to.throw(
        SettingsError,
        `scope.kinds.exclude: there is no kind ${word}; did you mean ${meant}?`,
      );
    });

  it('takes kinds of extensions and patterns as they are', () => {
    const kinds = { include: ['Rollout', 'VirtualServer', 'Pods*', 'Cluster', 'StatefulSet'], exclude: [] };
    expect(judgedScope({ namespaces: EVERY, kinds }).inScope?.('shop', 'Rollout')).to.equal(true);
  });

  it('judges all where no scope is set', () => {
    expect(judgedScope({ namespaces: EVERY, kinds: EVERY })).to.deep.equal({});
  });
});
